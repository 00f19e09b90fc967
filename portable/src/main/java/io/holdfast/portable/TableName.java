package io.holdfast.portable;

/// A table or sequence of the source, as its catalog spells it.
public record TableName(String schema, String name) {}
