package io.holdfast.examples.legal;

import static io.holdfast.examples.legal.Databases.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The maps name what the schema has. Whether they are maps is for their own reader to say; this
/// looks at the text.
@Timeout(60)
class ScopeMapsTest {
  private static final Pattern TABLE = Pattern.compile("(?m)^ {2}public\\.(\\w+):");
  private static final Pattern EXPORT = Pattern.compile("export: (\\w+)");
  private static final Pattern KEY = Pattern.compile("(?:via: fk |shared: \\{|, )(\\w+_fk)\\b");
  private static final Pattern COLUMN =
      Pattern.compile("(?m)^ {2}public\\.(\\w+):\\s+\\{?via: column (\\w+)");
  private static final Pattern MATCH =
      Pattern.compile("(?m)^ {2}public\\.(\\w+): \\{match: \\[([\\w, ]+)]");
  private static final Pattern RULE = Pattern.compile("(?m)^ {2}public\\.(\\w+)\\.(\\w+): \\{");
  private static final Pattern ASSET =
      Pattern.compile("table: public\\.(\\w+), (?:key|largeObject): (\\w+)");

  @Test
  void everyMapClassifiesEveryTableOnceByWhatIsThere() throws Exception {
    try (Databases databases = Databases.start(15);
        Connection connection = databases.create()) {
      LegalApp.createSchema(connection);
      List<String> tables = Databases.tables(connection);
      List<String> columns =
          rows(
              connection,
              "SELECT attrelid::regclass || '.' || attname FROM pg_attribute WHERE attnum > 0");
      List<String> keys = rows(connection, "SELECT conname FROM pg_constraint WHERE contype = 'f'");
      for (String name : List.of("account", "matter", "session")) {
        String map = LegalApp.scope(name);
        assertThat(map).contains("kind: Scope\nname: " + name + "\n");
        assertThat(all(TABLE, map)).as(name).containsExactlyInAnyOrderElementsOf(tables);
        assertThat(all(EXPORT, map)).doesNotHaveDuplicates().hasSizeGreaterThan(5);
        assertThat(keys).as(name).containsAll(all(KEY, map));
        assertThat(columns).as(name).containsAll(columnsOf(map));
      }
      assertThat(all(EXPORT, LegalApp.scope("account")))
          .contains(
              "users",
              "matters",
              "sessions",
              "transcriptSegments",
              "speakers",
              "redactions",
              "timestampProofs",
              "auditLogs",
              "chatMessages",
              "documents",
              "billableTime",
              "conflictChecks",
              "exportJobs");
    }
  }

  private static List<String> all(Pattern pattern, String map) {
    return pattern.matcher(map).results().map(found -> found.group(1)).toList();
  }

  private static Set<String> columnsOf(String map) {
    Set<String> columns = new HashSet<>();
    for (Pattern pattern : List.of(COLUMN, MATCH, RULE, ASSET)) {
      pattern
          .matcher(map)
          .results()
          .forEach(
              found -> {
                for (String column : found.group(2).split(", ", -1)) {
                  columns.add(found.group(1) + "." + column);
                }
              });
    }
    assertThat(columns).hasSizeGreaterThan(5);
    return columns;
  }
}
