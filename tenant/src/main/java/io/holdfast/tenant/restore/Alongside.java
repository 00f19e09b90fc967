package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.QualifiedName;

/// Rows of a table that is not in the scope, with which the database does something when rows are
/// erased that they point to.
///
/// @param key the foreign key that says so
/// @param rows how many point to erased rows
public record Alongside(QualifiedName table, String key, Action action, long rows) {}
