package io.holdfast.portable;

/// Where a sequence stands.
///
/// @param called whether `value` was handed out already, as PostgreSQL's `is_called`
public record SequenceValue(TableName sequence, long value, boolean called) {}
