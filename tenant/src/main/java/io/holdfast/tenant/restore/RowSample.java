package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a restore would do with one row. Texts are cut after [#TEXT_MAX] characters.
///
/// @param key the columns that tell rows of the table apart, with their values
/// @param why it cannot be written or deleted
/// @param values columns that get another value; of rows that are written or deleted as a whole,
///   all but the key
public record RowSample(
    QualifiedName table,
    Kind kind,
    Map<String, String> key,
    Optional<Reason> why,
    List<Value> values) {
  public static final int TEXT_MAX = 200;

  /// How many rows of a kind are shown of a table at most.
  public static final int ROWS_MAX = 50;

  /// What becomes of it.
  public enum Kind {
    INSERT("insert"),
    UPDATE("update"),
    DELETE("delete"),
    /// It has other values than in the backup, and keeps them.
    DIFFERS("differs, stays"),
    /// Only the database has it, and keeps it.
    EXTRA("extra, stays"),
    /// Something stands in the way, or it was erased.
    BLOCKED("blocked");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// A value now and then.
  ///
  /// @param now empty if it is null, or the row is not there
  /// @param then empty if it is null, or the row goes
  public record Value(String column, Optional<String> now, Optional<String> then) {}

  public RowSample {
    key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
    values = List.copyOf(values);
  }
}
