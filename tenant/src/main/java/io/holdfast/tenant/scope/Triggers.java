package io.holdfast.tenant.scope;

/// What becomes of the users' triggers during a restore.
public enum Triggers {
  FIRE,
  REPLICA
}
