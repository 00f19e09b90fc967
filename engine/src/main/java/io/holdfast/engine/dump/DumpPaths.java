package io.holdfast.engine.dump;

import io.holdfast.engine.tree.TreeNames;
import io.holdfast.postgres.dump.SqlName;
import java.util.Locale;

/// Where things lie in the tree of a dump; see `docs/format/dumps.md`.
final class DumpPaths {
  static final String GLOBALS = "globals.sql";

  private static final String DATABASES = "databases/";

  private DumpPaths() {}

  /// The directory of a database, with the slash: it counts for the order.
  static String database(String name) {
    return DATABASES + TreeNames.encoded(name) + "/";
  }

  static String data(String database, SqlName table, int part) {
    return database(database)
        + "data/"
        + TreeNames.encoded(table.schema())
        + "/"
        + TreeNames.encoded(table.name())
        + "/"
        + String.format(Locale.ROOT, "%08d", part);
  }

  static String largeObjects(String database, int part) {
    return database(database) + "large-objects/" + String.format(Locale.ROOT, "%08d", part);
  }

  static String schema(String database) {
    return database(database) + "schema.dump";
  }

  /// The text of an imported script.
  static String script(String database) {
    return database(database) + "script.sql";
  }

  static String contents(String database) {
    return database(database) + "toc";
  }
}
