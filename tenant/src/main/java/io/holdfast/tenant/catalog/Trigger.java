package io.holdfast.tenant.catalog;

/// A user's trigger that is switched on.
///
/// @param definition as `pg_get_triggerdef` writes it
public record Trigger(String name, Firing firing, String definition) {
  /// For which values of `session_replication_role` it fires.
  public enum Firing {
    ORIGIN,
    REPLICA,
    ALWAYS
  }
}
