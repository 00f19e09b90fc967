package io.holdfast.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Collects the tables of uploaded packs and writes them as `idx/d/<sid>-<n>`. Guarded by itself.
final class DeltaWriter {
  /// After so many bytes of packs their tables are written: what a session that is cut off had
  /// uploaded before, later ones find and use.
  static final long PACK_BYTES_MAX = 1L << 30;

  private final SessionId session;
  private final Domain domain;
  private final ResolvedPut puts;
  private final AtomicLong storedBytes;
  private final List<PackSection> pending = new ArrayList<>();
  private int pendingEntries;
  private long pendingBytes;
  private int written;

  DeltaWriter(SessionId session, Domain domain, ResolvedPut puts, AtomicLong storedBytes) {
    this.session = session;
    this.domain = domain;
    this.puts = puts;
    this.storedBytes = storedBytes;
  }

  /// Takes the table of a pack that is durable by now.
  synchronized void add(PackSection section) throws IOException {
    if (pendingEntries + section.count > IndexObject.ENTRIES_TARGET) {
      flush();
    }
    pending.add(section);
    pendingEntries += section.count;
    pendingBytes += section.packBytes;
    if (pendingBytes >= PACK_BYTES_MAX) {
      flush();
    }
  }

  synchronized void flush() throws IOException {
    if (pending.isEmpty()) {
      return;
    }
    var key = ObjectNames.delta(session, written);
    byte[] object = domain.sealMeta(IndexObject.PURPOSE, key.value(), IndexObject.encode(pending));
    if (puts.put(key, object) != ResolvedPut.Owner.OURS) {
      throw CorruptRepositoryException.damaged(
          key + " was written by somebody else in this session's name");
    }
    storedBytes.addAndGet(object.length);
    written++;
    pending.clear();
    pendingEntries = 0;
    pendingBytes = 0;
  }

  synchronized int written() {
    return written;
  }
}
