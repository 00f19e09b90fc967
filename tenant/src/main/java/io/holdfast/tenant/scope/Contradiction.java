package io.holdfast.tenant.scope;

/// Two parts of a map that cannot both be right.
///
/// @param where the path of one of them, such as `owned.public.matters`
public record Contradiction(String where, String text) {}
