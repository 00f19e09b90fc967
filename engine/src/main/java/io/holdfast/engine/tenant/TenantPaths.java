package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.tree.TreeNames;
import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.export.TableQuery;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// Where things lie in the tree of a tenant's backup; see `docs/format/tenants.md`.
final class TenantPaths {
  static final String SCOPE = "scope.yaml";
  static final String TOC = "toc";

  /// What a restore did to files.
  static final String UNDO_FILES = "undo-files";

  static final Comparator<TableQuery> ORDER_OF_TABLES =
      Comparator.comparing(table -> rows(table.exportName()), TreeNames.ORDER);

  static final Comparator<String> ORDER_OF_UNDO =
      Comparator.comparing(TenantPaths::undo, TreeNames.ORDER);

  static final Comparator<String> ORDER_OF_VALUES =
      Comparator.comparing(TenantPaths::values, TreeNames.ORDER);

  private static final Pattern DOTS = Pattern.compile("(^|/)\\.{1,2}(/|$)");

  private TenantPaths() {}

  static Comparator<String> orderOfAssets(String group) {
    return Comparator.comparing(key -> asset(group, key), TreeNames.ORDER);
  }

  static String asset(String group, String key) {
    return "assets/" + TreeNames.encoded(group) + "/" + TreeNames.encoded(key);
  }

  /// What was said about the objects of a group.
  static String headers(String group) {
    return "headers/" + TreeNames.encoded(group);
  }

  static String largeObjects(String group) {
    return "large-objects/" + TreeNames.encoded(group);
  }

  static String references(QualifiedName table) {
    return "references/"
        + TreeNames.encoded(table.schema())
        + "/"
        + TreeNames.encoded(table.name());
  }

  static String rows(String exportName) {
    return "tables/" + TreeNames.encoded(exportName);
  }

  /// What a restore did to the rows of a table.
  static String undo(String exportName) {
    return "undo/" + TreeNames.encoded(exportName);
  }

  /// What the ids of a column became in a copy.
  static String values(String column) {
    return "values/" + TreeNames.encoded(column);
  }

  static List<TenantToc.Column> columns(List<Column> columns) {
    return columns.stream()
        .map(column -> new TenantToc.Column(column.name(), column.type()))
        .toList();
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
    throw notBelow(store.toString(), key);
  }

  /// As [#below], for a folder of a bucket: a `..` leads nowhere there, but programs between us and
  /// the store may think otherwise.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it has one
  static void requireObjectKey(String store, String key) {
    if (key.isEmpty() || key.indexOf('\0') >= 0 || DOTS.matcher(key).find()) {
      throw notBelow(store, key);
    }
  }

  private static BackupException notBelow(String store, String key) {
    return new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "a row names the file " + Quoted.of(key) + ", which is not below " + store,
        "Look at that row: names of files must not lead out of the store.");
  }
}
