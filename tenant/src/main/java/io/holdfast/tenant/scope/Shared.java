package io.holdfast.tenant.scope;

/// What a further foreign key from an owned table to an owned table means.
public enum Shared {
  /// A row that it leads from belongs to the scope too, even where `via` says nothing.
  INCLUDE,
  /// It is only a reference: `via` alone decides.
  REFERENCE
}
