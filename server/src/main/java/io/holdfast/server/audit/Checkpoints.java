package io.holdfast.server.audit;

import java.util.List;

/// What was noted of the audit log outside of the catalog, where nobody who can write to the
/// catalog reaches it.
@FunctionalInterface
public interface Checkpoints {
  /// That an entry had a digest.
  ///
  /// @param where it is noted, for people
  record Checkpoint(long number, String digest, String where) {}

  /// All that can be read.
  ///
  /// @throws io.holdfast.base.BackupException if they cannot be asked for now
  List<Checkpoint> all();
}
