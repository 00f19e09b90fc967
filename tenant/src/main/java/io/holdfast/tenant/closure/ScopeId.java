package io.holdfast.tenant.closure;

import io.holdfast.tenant.catalog.SqlText;

/// The value that names a scope, as it stands in SQL.
public final class ScopeId {
  private static final int CHARACTERS_MAX = 10_000;

  private final String sql;

  private ScopeId(String sql) {
    this.sql = sql;
  }

  /// The first parameter of a statement.
  public static ScopeId parameter() {
    return new ScopeId("$1");
  }

  /// No value at all, for a query that is only planned.
  public static ScopeId absent() {
    return new ScopeId("NULL");
  }

  /// A value, for statements that take no parameters, such as COPY.
  ///
  /// @throws IllegalArgumentException if no value of a database can be so
  public static ScopeId of(String value) {
    if (value.indexOf(0) >= 0 || value.length() > CHARACTERS_MAX) {
      throw new IllegalArgumentException(
          "an id has at most " + CHARACTERS_MAX + " characters and no NUL");
    }
    return new ScopeId(SqlText.literal(value));
  }

  /// As it stands in a statement.
  public String sql() {
    return sql;
  }
}
