package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.server.SqlScript;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What `pg_restore --create` would do to make a database, for one of another name.
///
/// @param name that it gets
/// @param create makes it, with encoding, collation and tablespace
/// @param owner gives it to its owner; may be empty
/// @param privileges who may do what with it
/// @param properties its settings, comment and limits, which must not hold for the restore itself
record DatabaseScript(
    String name,
    List<String> create,
    List<String> owner,
    List<String> privileges,
    List<String> properties) {
  private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[^\\s;]+)";
  private static final Pattern ABOUT =
      Pattern.compile(
          "(?<begin>(?:CREATE|ALTER|COMMENT ON) DATABASE "
              + "|(?:GRANT|REVOKE) [A-Z, ]+ ON DATABASE "
              + "|ALTER ROLE "
              + NAME
              + " IN DATABASE "
              + "|SECURITY LABEL FOR "
              + NAME
              + " ON DATABASE )(?<name>"
              + NAME
              + ")(?<rest>.*)",
          Pattern.DOTALL);

  DatabaseScript {
    create = List.copyOf(create);
    owner = List.copyOf(owner);
    privileges = List.copyOf(privileges);
    properties = List.copyOf(properties);
  }

  /// For a script that says nothing of its database: as the server makes one, but for the encoding.
  static DatabaseScript plain(String database, String encoding) {
    return new DatabaseScript(
        database,
        List.of(
            "CREATE DATABASE "
                + SqlName.quote(database)
                + " TEMPLATE template0 ENCODING "
                + SqlName.literal(encoding)),
        List.of(),
        List.of(),
        List.of());
  }

  /// Reads a script of `pg_restore`; what is about no database, it passes over.
  ///
  /// @param database the name that all commands get
  static DatabaseScript parse(String script, String database) {
    String sql =
        script
            .lines()
            // Commands for psql: the way into the database, and what protects it from names.
            .filter(line -> !line.startsWith("\\"))
            .collect(Collectors.joining("\n"));
    List<String> create = new ArrayList<>();
    List<String> owner = new ArrayList<>();
    List<String> privileges = new ArrayList<>();
    List<String> properties = new ArrayList<>();
    for (SqlScript.Statement statement : SqlScript.parse(sql).statements()) {
      Matcher about = ABOUT.matcher(statement.text().strip());
      if (about.matches()) {
        String begin = about.group("begin");
        String rest = about.group("rest");
        String text = begin + SqlName.quote(database) + rest;
        if (begin.startsWith("CREATE ")) {
          create.add(text);
        } else if (begin.startsWith("ALTER DATABASE ") && rest.startsWith(" OWNER TO ")) {
          owner.add(text);
        } else if (begin.startsWith("GRANT ") || begin.startsWith("REVOKE ")) {
          privileges.add(text);
        } else {
          properties.add(text);
        }
      }
    }
    return new DatabaseScript(database, create, owner, privileges, properties);
  }
}
