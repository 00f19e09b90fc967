package io.holdfast.engine.restore;

import java.util.Optional;

/// Where recovery shall stop, as the user said it; texts are understood when the restore is
/// planned.
public sealed interface TargetRequest {
  /// The end of the archived WAL.
  record Latest() implements TargetRequest {}

  /// The end of the backup.
  record Immediate() implements TargetRequest {}

  record Time(String text, Optional<String> zone, Edge edge) implements TargetRequest {}

  record Position(String lsn, Edge edge) implements TargetRequest {}

  record Transaction(String xid, Edge edge) implements TargetRequest {}

  record RestorePoint(String name) implements TargetRequest {}

  /// Whether the target itself is still replayed.
  enum Edge {
    INCLUSIVE,
    EXCLUSIVE
  }
}
