package io.holdfast.examples.legal;

import static io.holdfast.examples.legal.Databases.count;
import static io.holdfast.examples.legal.Databases.digest;
import static io.holdfast.examples.legal.Databases.digests;
import static io.holdfast.examples.legal.Databases.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DayOfUseTest {
  private static final LegalAppSize SIZE = LegalAppSize.small(6);

  private static Connection loaded(Databases databases) throws Exception {
    Connection connection = databases.create();
    LegalApp.createSchema(connection);
    LegalApp.load(connection, 1, SIZE, new AssetFiles.Nowhere());
    return connection;
  }

  @Test
  void daysOfUseAreRepeatable() throws Exception {
    try (Databases databases = Databases.start(15);
        Connection first = loaded(databases);
        Connection second = loaded(databases);
        Connection other = loaded(databases)) {
      Map<String, String> before = digests(first);
      for (int day = 0; day < 4; day++) {
        DayOfUse.Changes changes = LegalApp.use(first, 1, day);
        assertThat(LegalApp.use(second, 1, day)).isEqualTo(changes);
        assertThat(changes.inserted()).isGreaterThanOrEqualTo(6 * 13);
        assertThat(changes.updated()).isGreaterThanOrEqualTo(6 * 3);
        assertThat(changes.deleted()).isGreaterThanOrEqualTo(6);
        LegalApp.use(other, 2, day);
      }
      Map<String, String> after = digests(first);
      assertThat(digests(second)).isEqualTo(after);
      for (String used :
          List.of(
              "matters", "sessions", "speakers", "transcript_segments", "audit_logs", "users")) {
        assertThat(after).doesNotContainEntry(used, before.getOrDefault(used, ""));
        assertThat(digests(other)).doesNotContainEntry(used, after.getOrDefault(used, ""));
      }
      assertThat(count(first, "SELECT count(*) FROM matters WHERE tags = '{day}'")).isEqualTo(24);
    }
  }

  @Test
  void oneAccountIsUsedAndNoOther() throws Exception {
    try (Databases databases = Databases.start(15);
        Connection connection = loaded(databases)) {
      UUID used = LegalApp.account(1, SIZE, 0);
      Map<String, String> before = others(connection, used);
      for (int day = 0; day < 3; day++) {
        LegalApp.useOne(connection, 1, day, used);
      }
      assertThat(others(connection, used)).isEqualTo(before);
      assertThat(rows(connection, "SELECT DISTINCT user_id FROM matters WHERE tags = '{day}'"))
          .containsExactly(used.toString());
    }
  }

  private static Map<String, String> others(Connection connection, UUID account) throws Exception {
    Map<String, String> digests = new TreeMap<>();
    for (String table :
        rows(connection, "SELECT oid::regclass FROM pg_class WHERE relrowsecurity")) {
      digests.put(
          table,
          digest(connection, table + " AS t", "NOT (" + LegalAppTest.of(table, account) + ")"));
    }
    assertThat(digests).hasSize(14);
    return digests;
  }
}
