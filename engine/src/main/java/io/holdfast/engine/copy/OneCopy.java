package io.holdfast.engine.copy;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.Verification.Findability;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;

/// Copies one backup in a session of its own: its write-ahead log, its trees, then the commit.
record OneCopy(EngineContext context, Exchange exchange, Repository target, LineCopy lines) {
  /// Returns what is in the target now.
  SnapshotRecord run(SnapshotRecord backup, Optional<Twins.Pair> near) throws IOException {
    StoredSnapshot committed;
    try (BackupSession session = target.beginSession(backup.domain())) {
      // After the session was registered, so that no prune takes away what comes now.
      lines.copyNeeded(backup, session);
      context.progress().phase("copy " + backup.name(), backup.logicalBytes());
      TreesCopy trees = new TreesCopy(exchange, target, context.cancellation(), context.progress());
      SortedMap<String, ChunkId> roots = trees.copy(backup, session, near);
      context.cancellation().throwIfRequested();
      lines.requireArrived(backup);
      committed = session.commit(backup.withRoots(roots));
    }
    context.progress().phase("check " + backup.name(), 0);
    new ArrivalCheck(target).require(committed);
    return committed.record();
  }

  /// Looks at a backup that an earlier run brought, and brings the write-ahead log again that it
  /// lacks.
  ///
  /// @param copy what is in the target
  /// @param chunks what can be found there
  /// @throws BackupException if it is not whole
  void again(SnapshotRecord backup, SnapshotRecord copy, Findability chunks) throws IOException {
    try {
      new ArrivalCheck(target).requireFindable(copy, chunks);
      if (!lines.hasArrived(backup)) {
        try (BackupSession session = target.beginSession()) {
          lines.copyNeeded(backup, session);
        }
      }
      lines.requireArrived(backup);
    } catch (BackupException e) {
      if (!LineCopy.isOfOne(e)) {
        throw e;
      }
      throw new BackupException(
          e.code(),
          "it is there, but damaged: "
              + e.text()
              + "; run 'holdfast repair' on the target, forget the backup there and copy again",
          e.hint(),
          e);
    }
  }
}
