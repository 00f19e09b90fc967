package io.holdfast.repository;

import java.io.IOException;

/// One run of writing. Nothing of it exists for anybody else before [#commit] returns. Made, used
/// to commit and closed by one thread; [#chunks] may be used by several.
public interface BackupSession extends AutoCloseable {
  SessionId id();

  ChunkWriter chunks();

  /// What this session has added to the repository so far.
  long storedBytes();

  /// Makes sure that WAL which the snapshot needs will stay as long as the snapshot does. To be
  /// called before [#commit] by whoever commits what is useless without WAL.
  ///
  /// @param from the first position that is needed
  /// @throws io.holdfast.base.BackupException `WAL_GAP` if it may have been deleted
  void requireWal(WalFloor from);

  /// Uploads what is left, then makes the snapshot exist. May be called again for a further
  /// snapshot. `storedBytes` of the record is replaced by [#storedBytes], `domain` by that of the
  /// session.
  ///
  /// @throws io.holdfast.base.BackupException `SESSION_KILLED` if maintenance ended the session,
  ///   `WRITE_OUTCOME_UNKNOWN` if nobody can say whether the snapshot exists
  /// @throws IOException if it does not exist
  StoredSnapshot commit(SnapshotRecord record) throws IOException;

  /// Ends the session; what was not committed stays unreferenced and is collected by maintenance.
  @Override
  void close() throws IOException;
}
