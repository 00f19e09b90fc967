package io.holdfast.tenant.scope;

import java.util.Optional;

/// A reference that no foreign key declares.
///
/// @param json where in the column's JSON the value stands; empty if it is the column's value
public record VirtualReference(ColumnName from, Optional<String> json, ColumnName to) {}
