package io.holdfast.tenant.catalog;

import io.holdfast.tenant.catalog.Key.Timing;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A table of the user's.
///
/// @param parent the partitioned table that it is a part of
/// @param foreignKeys that it has itself, ordered by name
/// @param rowSecurity what is declared
/// @param visibility whether the role that asks sees all rows in spite of it
/// @param estimate what the planner knows; for a partitioned table the sum of its parts
public record Table(
    QualifiedName name,
    Kind kind,
    Optional<QualifiedName> parent,
    List<Column> columns,
    List<Key> keys,
    List<Index> indexes,
    List<ForeignKey> foreignKeys,
    List<Trigger> triggers,
    RowSecurity rowSecurity,
    Visibility visibility,
    Estimate estimate) {
  /// How the table holds its rows.
  public enum Kind {
    PLAIN,
    /// Other tables inherit from it, so that a query must say `ONLY`.
    INHERITED,
    PARTITIONED
  }

  /// Which rows the role sees.
  public enum Visibility {
    ALL_ROWS,
    BY_POLICY
  }

  /// @param rows empty if nobody ever counted
  public record Estimate(OptionalLong rows, long bytes) {}

  private static final Comparator<Key> BEST_KEY =
      Comparator.comparingInt((Key key) -> key.isPrimary() ? 0 : 1)
          .thenComparingInt(key -> key.timing() == Timing.IMMEDIATE ? 0 : 1)
          .thenComparingInt(key -> key.columns().size())
          .thenComparing(Key::name);

  public Table {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    indexes = List.copyOf(indexes);
    foreignKeys = List.copyOf(foreignKeys);
    triggers = List.copyOf(triggers);
  }

  /// Whether it is a part of another table, which has its rows too.
  public boolean isPartition() {
    return parent.isPresent();
  }

  /// As it stands behind FROM.
  public String fromSql() {
    return switch (kind) {
      case PLAIN, PARTITIONED -> name.sql();
      case INHERITED -> "ONLY " + name.sql();
    };
  }

  public Optional<Column> column(String wanted) {
    return columns.stream().filter(column -> column.name().equals(wanted)).findFirst();
  }

  public Optional<ForeignKey> foreignKey(String wanted) {
    return foreignKeys.stream().filter(key -> key.name().equals(wanted)).findFirst();
  }

  public Optional<Key> primaryKey() {
    return keys.stream().filter(Key::isPrimary).findFirst();
  }

  /// The key that tells rows apart: the primary one, else a unique one whose columns refuse nulls.
  public Optional<Key> identifyingKey() {
    return keys.stream().filter(this::refusesNulls).min(BEST_KEY);
  }

  /// Whether every row has a value in every column of the key.
  public boolean refusesNulls(Key key) {
    return allRefuseNulls(key.columns());
  }

  /// Whether every row has a value in each of these columns.
  public boolean allRefuseNulls(List<String> wanted) {
    return wanted.stream()
        .allMatch(name -> column(name).filter(column -> !column.isNullable()).isPresent());
  }

  /// Whether exactly these columns, in any order, are a key.
  public boolean hasKey(List<String> wanted) {
    return keys.stream()
        .anyMatch(
            key -> key.columns().size() == wanted.size() && key.columns().containsAll(wanted));
  }

  /// Whether an index finds rows by these columns.
  public boolean hasIndexOn(List<String> wanted) {
    return indexes.stream().anyMatch(index -> index.serves(wanted));
  }
}
