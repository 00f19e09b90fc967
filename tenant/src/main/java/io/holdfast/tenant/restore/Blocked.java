package io.holdfast.tenant.restore;

/// Rows of a table that are left as they are for one reason.
///
/// @param detail the constraint, where there is one
public record Blocked(Reason reason, String detail, long rows) {}
