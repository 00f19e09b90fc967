package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;

/// The table of which one row is the scope, and the column whose value names that row.
public record Root(QualifiedName table, String key) {}
