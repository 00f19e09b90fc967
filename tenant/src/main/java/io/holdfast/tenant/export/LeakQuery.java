package io.holdfast.tenant.export;

import io.holdfast.tenant.catalog.QualifiedName;

/// Rows that would be left hanging, or that are of somebody else.
///
/// @param what it counts, in words
/// @param sql a query whose only value is how many there are
public record LeakQuery(QualifiedName table, String what, String sql) {}
