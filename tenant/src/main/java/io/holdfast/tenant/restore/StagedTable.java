package io.holdfast.tenant.restore;

import static io.holdfast.tenant.catalog.Identifiers.quoted;

import io.holdfast.tenant.catalog.Column;
import io.holdfast.tenant.catalog.Key;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// An owned table with what a restore keeps of it in temporary tables of its session: rows of the
/// backup ([#stage]), keys of the tenant's rows that the target has ([#scope]), and keys of those
/// that only the target has ([#extra]).
///
/// @param number that tells its temporary tables from others'
/// @param columns that the backup has, in its order
/// @param kept columns whose values in the target are never changed
/// @param pointedTo those of them that foreign keys point to: what the backup had there is kept
///   aside
/// @param renumbered columns whose values are drawn anew by each restore
record StagedTable(
    int number,
    Table table,
    String exportName,
    List<String> columns,
    Set<String> kept,
    Set<String> pointedTo,
    Set<String> renumbered) {
  /// Columns of the temporary tables that no table of a user has.
  static final String STATE = "\"holdfast: state\"";

  static final String WRITE = "\"holdfast: write\"";
  static final String REASON = "\"holdfast: reason\"";
  static final String DETAIL = "\"holdfast: detail\"";
  static final String LOST = "\"holdfast: lost\"";
  static final String OUTSIDE = "\"holdfast: outside\"";
  static final String MARK = "\"holdfast: mark\"";

  static final char NEW = 'n';
  static final char IDENTICAL = 'i';
  static final char CHANGED = 'c';
  static final char OTHER = 'o';

  StagedTable {
    columns = List.copyOf(columns);
    kept = Set.copyOf(kept);
    pointedTo = Set.copyOf(pointedTo);
    renumbered = Set.copyOf(renumbered);
  }

  QualifiedName name() {
    return table.name();
  }

  Key key() {
    return table.identifyingKey().orElseThrow();
  }

  String stage() {
    return "pg_temp.hf_stage_" + number;
  }

  String scope() {
    return "pg_temp.hf_scope_" + number;
  }

  String extra() {
    return "pg_temp.hf_extra_" + number;
  }

  /// Keys of the tenant's rows when all is written.
  String owned() {
    return "pg_temp.hf_owned_" + number;
  }

  String undo() {
    return "pg_temp.hf_undo_" + number;
  }

  /// What fills [#stage] from rows as `COPY` writes them.
  String copyIn() {
    return "COPY " + stage() + " (" + quoted(columns) + ") FROM STDIN (ENCODING 'UTF8')";
  }

  /// Columns that a restore gives other values in rows that are there.
  List<String> written() {
    return columns.stream()
        .filter(column -> !key().columns().contains(column))
        .filter(column -> !kept.contains(column))
        .toList();
  }

  /// Columns that are compared; keys are the same in whatever form they are written.
  List<String> compared() {
    return columns.stream().filter(column -> !key().columns().contains(column)).toList();
  }

  /// Whether two rows have the same key.
  String sameKey(String a, String b) {
    return pairs(a, key().columns(), b, key().columns());
  }

  /// Whether columns have the same values, none of them absent.
  static String pairs(String a, List<String> columns, String b, List<String> others) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      sql.append(i == 0 ? "" : " AND ")
          .append(column(a, columns.get(i)))
          .append(" = ")
          .append(column(b, others.get(i)));
    }
    return sql.toString();
  }

  /// Whether rows are the same to the last digit: types need no equality of their own for that, and
  /// `1.0` is not `1.00`.
  String same(String a, String b, List<String> which) {
    if (which.isEmpty()) {
      return "true";
    }
    return which.stream()
        .map(column -> exact(a, column) + " IS NOT DISTINCT FROM " + exact(b, column))
        .collect(Collectors.joining(" AND "));
  }

  private static String exact(String alias, String column) {
    return column(alias, column) + "::pg_catalog.text COLLATE \"C\"";
  }

  /// The columns of a row as one text.
  String rowText(String alias) {
    return rowText(alias, columns);
  }

  /// The same without what another restore of the same rows would have otherwise.
  String lastingText(String alias) {
    return rowText(alias, columns.stream().filter(column -> !renumbered.contains(column)).toList());
  }

  /// Columns that a backup of today has, in its order.
  List<String> exported() {
    return table.columns().stream()
        .filter(column -> !column.isGenerated())
        .map(Column::name)
        .toList();
  }

  static String rowText(String alias, List<String> columns) {
    return "ROW("
        + columns.stream().map(column -> column(alias, column)).collect(Collectors.joining(", "))
        + ")::pg_catalog.text";
  }

  /// Whether a row of the target is neither deleted nor overwritten.
  String remaining(String alias) {
    return "NOT EXISTS (SELECT FROM "
        + extra()
        + " x WHERE x."
        + WRITE
        + " AND "
        + sameKey("x", alias)
        + ") AND NOT EXISTS (SELECT FROM "
        + stage()
        + " y WHERE y."
        + WRITE
        + " AND "
        + sameKey("y", alias)
        + ")";
  }

  /// The columns that keep what the backup had where a row keeps its own, each with its type.
  Map<String, String> former() {
    Map<String, String> columns = new LinkedHashMap<>();
    pointedTo.forEach(name -> columns.put(formerOf(name), columnOf(name).type()));
    return columns;
  }

  private String formerOf(String name) {
    return "\"holdfast: former " + columns.indexOf(name) + "\"";
  }

  /// Gives a row `s` of the backup what the row `t` keeps.
  String keeping() {
    List<String> changes = new ArrayList<>();
    pointedTo.stream()
        .sorted()
        .forEach(name -> changes.add(formerOf(name) + " = " + column("s", name)));
    kept.stream().sorted().forEach(name -> changes.add(quoted(name) + " = " + column("t", name)));
    return String.join(", ", changes);
  }

  /// What a row of the backup had in a column, whatever it keeps.
  String backedUp(String alias, String name) {
    return pointedTo.contains(name)
        ? "coalesce(" + alias + "." + formerOf(name) + ", " + column(alias, name) + ")"
        : column(alias, name);
  }

  static String column(String alias, String name) {
    return alias + "." + quoted(name);
  }

  Column columnOf(String name) {
    return table.column(name).orElseThrow();
  }
}
