package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.SqlName;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;

/// Where things lie in the tree of a dump; see `docs/format/dumps.md`.
final class DumpPaths {
  static final String GLOBALS = "globals.sql";

  /// The order of the tree.
  static final Comparator<String> ORDER =
      (a, b) ->
          java.util.Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private static final String DATABASES = "databases/";

  private DumpPaths() {}

  /// The directory of a database, with the slash: it counts for the order.
  static String database(String name) {
    return DATABASES + encoded(name) + "/";
  }

  static String data(String database, SqlName table, int part) {
    return database(database)
        + "data/"
        + encoded(table.schema())
        + "/"
        + encoded(table.name())
        + "/"
        + String.format(Locale.ROOT, "%08d", part);
  }

  static String largeObjects(String database, int part) {
    return database(database) + "large-objects/" + String.format(Locale.ROOT, "%08d", part);
  }

  static String schema(String database) {
    return database(database) + "schema.dump";
  }

  static String contents(String database) {
    return database(database) + "toc";
  }

  /// A name as one segment of a path: what cannot stand there is written as `%` and two digits.
  static String encoded(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = c > ' ' && c != '/' && c != '%' && c != 0x7f && (c != '.' || i > 0);
      out.append(plain ? Character.toString(c) : String.format(Locale.ROOT, "%%%02x", (int) c));
    }
    return out.toString();
  }
}
