package io.holdfast.engine.dump;

import io.holdfast.base.Secret;
import java.util.List;
import java.util.Optional;

/// What to restore, where, and how.
///
/// @param target the database to restore into
/// @param database which of the dump, where it has several
/// @param tables `schema.name` or `name`, with `*` and `?`; empty for everything
/// @param jobs how many sessions write at once
public record DumpRestoreRequest(
    String backup,
    String source,
    Secret target,
    Optional<String> database,
    List<String> tables,
    Owners owners,
    Globals globals,
    int jobs) {
  public DumpRestoreRequest {
    tables = List.copyOf(tables);
  }

  /// To whom objects belong.
  public enum Owners {
    /// To whom they belonged, with the privileges that were given.
    KEPT,
    /// To the role that restores, without privileges for others.
    NONE
  }

  /// Roles and tablespaces of the server.
  public enum Globals {
    LEFT_OUT,
    /// Those that are missing are made.
    RESTORED
  }
}
