package io.holdfast.postgres.server;

/// Something that a check found wrong.
///
/// @param where the database, file or relation
/// @param what one line, no full stop
public record CheckFinding(String where, String what) {}
