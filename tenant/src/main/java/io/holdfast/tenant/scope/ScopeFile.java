package io.holdfast.tenant.scope;

/// What a file can hold: a whole map, or one that takes over another's and begins further below.
public sealed interface ScopeFile permits ScopeMap, NestedScope {
  String name();

  Root root();
}
