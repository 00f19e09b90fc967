package io.holdfast.tenant.catalog;

import java.util.List;

/// A foreign key. `columns` and `targetColumns` go together pair by pair; the target can be any
/// unique key.
public record ForeignKey(
    String name,
    QualifiedName table,
    List<String> columns,
    QualifiedName target,
    List<String> targetColumns,
    Match match,
    Action onDelete,
    Action onUpdate,
    Timing timing) {
  /// What a partly absent value means.
  public enum Match {
    SIMPLE,
    FULL,
    PARTIAL
  }

  /// What happens to rows whose target goes.
  public enum Action {
    NO_ACTION("no action"),
    RESTRICT("restrict"),
    CASCADE("cascade"),
    SET_NULL("set null"),
    SET_DEFAULT("set default");

    private final String words;

    Action(String words) {
      this.words = words;
    }

    /// As SQL says it, in lower case.
    public String words() {
      return words;
    }

    /// Whether the rows that point there are changed.
    public boolean touchesRows() {
      return this == CASCADE || this == SET_NULL || this == SET_DEFAULT;
    }
  }

  /// When it is looked at.
  public enum Timing {
    IMMEDIATE,
    DEFERRABLE,
    DEFERRED
  }

  public ForeignKey {
    columns = List.copyOf(columns);
    targetColumns = List.copyOf(targetColumns);
    if (columns.isEmpty() || columns.size() != targetColumns.size()) {
      throw new IllegalArgumentException(name + " pairs " + columns + " with " + targetColumns);
    }
  }

  public boolean isSelfReference() {
    return table.equals(target);
  }

  /// Whether the other one says the same in different words.
  public boolean isTwinOf(ForeignKey other) {
    return table.equals(other.table)
        && target.equals(other.target)
        && columns.equals(other.columns)
        && targetColumns.equals(other.targetColumns);
  }
}
