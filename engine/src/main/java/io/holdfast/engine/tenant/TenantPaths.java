package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.export.TableQuery;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Where things lie in the tree of a tenant's backup; see `docs/format/tenants.md`.
final class TenantPaths {
  static final String SCOPE = "scope.yaml";
  static final String TOC = "toc";

  /// The order of the tree.
  static final Comparator<String> ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  static final Comparator<TableQuery> ORDER_OF_TABLES =
      Comparator.comparing(table -> rows(table.exportName()), ORDER);

  private TenantPaths() {}

  static Comparator<String> orderOfAssets(String group) {
    return Comparator.comparing(key -> asset(group, key), ORDER);
  }

  static String asset(String group, String key) {
    return "assets/" + encoded(group) + "/" + encoded(key);
  }

  static String largeObjects(String group) {
    return "large-objects/" + encoded(group);
  }

  static String references(QualifiedName table) {
    return "references/" + encoded(table.schema()) + "/" + encoded(table.name());
  }

  static String rows(String exportName) {
    return "tables/" + encoded(exportName);
  }

  static List<TenantToc.Column> columns(List<Column> columns) {
    return columns.stream()
        .map(column -> new TenantToc.Column(column.name(), column.type()))
        .toList();
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

  /// The file of a store that a row names.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the name leads out of the store
  static Path below(Path store, String key) {
    try {
      Path root = store.toAbsolutePath().normalize();
      Path file = root.resolve(key).normalize();
      if (file.startsWith(root) && !file.equals(root)) {
        return file;
      }
    } catch (InvalidPathException _) {
      // refused as the others
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "a row names the file " + Quoted.of(key) + ", which is not below " + store,
        "Look at that row: names of files must not lead out of the store.");
  }
}
