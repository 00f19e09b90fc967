package io.holdfast.engine.api;

import io.holdfast.engine.wal.OverflowPolicy;
import io.holdfast.engine.wal.WalFetch;
import io.holdfast.engine.wal.WalPush;
import io.holdfast.engine.wal.WalStatus;
import io.holdfast.engine.wal.WalStatusReport;
import io.holdfast.engine.wal.WalStreaming;
import java.nio.file.Path;

/// The write-ahead log of the source's cluster.
public final class WriteAheadLog {
  private final Work work;

  WriteAheadLog(Work work) {
    this.work = work;
  }

  /// Keeps it in the repository, at most 5 seconds behind; returns when a stop was asked for.
  ///
  /// @param slot the replication slot, which is made if it does not exist
  public void stream(String slot, OverflowPolicy policy) {
    work.run(
        repository ->
            new WalStreaming(work.context(), repository).run(work.settings(), slot, policy));
  }

  /// What is held, and, where the source has a URL, lag and slot.
  public WalStatusReport status() {
    return work.on(
        repository -> new WalStatus(work.context(), repository).inspect(work.settings()));
  }

  /// Stores one file; the same file again is success.
  ///
  /// @return what became of it, in a word
  public String push(Path file) {
    return work.on(
        repository -> new WalPush(work.context(), repository).push(work.settings(), file));
  }

  /// Brings one file back. Absent is said only when that is certain.
  public WalFetch.Outcome fetch(String name, Path destination) {
    return work.on(
        repository ->
            new WalFetch(work.context(), repository).fetch(work.settings(), name, destination));
  }
}
