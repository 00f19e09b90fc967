package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.crypto.Pool;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A session that is registered under `log/`. See the write order in `docs/format/repository.md`.
final class PackedSession implements BackupSession {
  private static final Logger LOG = LoggerFactory.getLogger(PackedSession.class);
  private static final int METADATA_PACK_BYTES = 8 << 20;

  private final SessionContext context;
  private final SessionId id;
  private final FirstFailure failure = new FirstFailure();
  private final AtomicLong storedBytes = new AtomicLong();
  private final Workers uploaders = Workers.platform("upload");
  private final SessionChunks chunks;
  private final DeltaWriter deltas;
  private final PackLane data;
  private final PackLane metadata;
  private final SlotChain slots;
  private final List<WalFloor> walFloors;
  private boolean ended;

  /// @param opened the digest of slot 0
  /// @param loaded after slot 0 was written
  PackedSession(SessionContext context, SessionId id, Digest opened, Loaded loaded) {
    this.context = context;
    this.id = id;
    this.walFloors = loaded.state().walFloors();
    this.slots = new SlotChain(context.log(), context.options(), id, opened);
    this.deltas = new DeltaWriter(id, context.domains().main(), context.puts(), storedBytes);
    RepositoryOptions options = context.options();
    PackLane.Shared shared =
        new PackLane.Shared(
            context.repository(),
            context.domain(),
            id,
            options.entropy(),
            context.puts(),
            deltas,
            failure,
            storedBytes,
            new AtomicLong());
    int uploads = options.distance().uploadsAtOnce();
    this.data = new PackLane(Packing.DATA, options.packBytesTarget(), uploads, shared);
    this.metadata =
        new PackLane(
            Packing.METADATA, Math.min(METADATA_PACK_BYTES, options.packBytesTarget()), 1, shared);
    this.chunks =
        new SessionChunks(
            context.domain(),
            loaded.index(),
            failure,
            data,
            metadata,
            context.sealers(),
            new PrefixSource(loaded.index(), context.domain(), context.store(), options.distance()),
            this::beat);
    for (int i = 0; i < uploads; i++) {
      uploaders.start(data::runUploader);
    }
    uploaders.start(metadata::runUploader);
  }

  /// What a session needs of its repository.
  ///
  /// @param domain of the session's chunks
  record SessionContext(
      BlobStore store,
      RepositoryId repository,
      KeyDomains domains,
      Domain domain,
      RepositoryOptions options,
      ResolvedPut puts,
      SessionLog log,
      MaintenanceLog maintenance,
      Pool<FrameSealer> sealers) {}

  @Override
  public SessionId id() {
    return id;
  }

  @Override
  public ChunkWriter chunks() {
    return chunks;
  }

  SessionChunks sessionChunks() {
    return chunks;
  }

  @Override
  public long storedBytes() {
    return storedBytes.get();
  }

  @Override
  public void requireWal(WalFloor from) {
    for (WalFloor floor : walFloors) {
      if (floor.isOf(from.lineage(), from.timeline()) && floor.compareTo(from) > 0) {
        throw new BackupException(
            ErrorCode.WAL_GAP,
            String.format(
                Locale.ROOT,
                "the backup needs WAL of timeline %s from %X on, and below %X it may have been"
                    + " pruned",
                Integer.toUnsignedString(from.timeline()),
                from.position(),
                floor.position()),
            "Run the backup again. If the server is a standby, run CHECKPOINT on its primary"
                + " first.");
      }
    }
  }

  @Override
  public StoredSnapshot commit(SnapshotRecord record) throws IOException {
    if (ended) {
      throw new IllegalStateException("the session has ended");
    }
    requireRoots(record);
    flush();
    requireNotShredded();
    SnapshotRecord complete =
        record.withStoredBytes(storedBytes.get()).withDomain(context.domain().name());
    SlotChain.Claim claim = publish(complete);
    requireNotSealed();
    // A snapshot that is there all the same counts as shredded.
    requireStillNotShredded();
    return new StoredSnapshot(claim.place(), complete, claim.digest());
  }

  private void requireNotShredded() throws IOException {
    Domain domain = context.domain();
    if (Domain.isShreddable(domain.name())) {
      context.domains().shreds().requireAlive(domain.id());
    }
  }

  private void requireRoots(SnapshotRecord record) {
    for (var root : record.roots().entrySet()) {
      if (!chunks.contains(ChunkType.ROOT, root.getValue())) {
        throw new IllegalArgumentException(
            "the root of tree " + root.getKey() + " was not put in this session");
      }
    }
  }

  /// Everything the session wrote is durable and listed in deltas afterwards.
  private void flush() throws IOException {
    try {
      failure.check();
      data.drain();
      metadata.drain();
      failure.check();
      deltas.flush();
    } catch (IOException | RuntimeException | Error e) {
      failure.record(e);
      throw e;
    }
  }

  private SlotChain.Claim publish(SnapshotRecord complete) throws IOException {
    SlotChain.Claim claim;
    try {
      claim =
          slots.claim(
              (previous, now) ->
                  new SlotRecord.Snapshot(now, previous, deltas.written(), complete));
    } catch (WriteOutcomeUnknownException e) {
      failure.record(e);
      ended = true;
      throw new BackupException(
          ErrorCode.WRITE_OUTCOME_UNKNOWN,
          "nobody can say whether the snapshot was committed in session " + id,
          "Run 'holdfast list' when the repository can be reached again.",
          e);
    }
    if (claim.owner() == ResolvedPut.Owner.OURS) {
      return claim;
    }
    ended = true;
    Optional<SlotRecord> found =
        context.log().find(claim.place()).map(SessionLog.StoredSlot::record);
    if (found.isEmpty() || found.get() instanceof SlotRecord.Kill) {
      throw killed();
    }
    throw CorruptRepositoryException.damaged(
        "slot " + claim.place() + " was written by somebody else in this session's name");
  }

  /// Says that the session lives, and finds out early that it was ended.
  private void beat() throws IOException {
    if (!slots.beat()) {
      throw killed();
    }
  }

  private void requireStillNotShredded() {
    try {
      requireNotShredded();
    } catch (IOException | CorruptRepositoryException e) {
      throw outcomeUnknown("whether the domain was shredded", e);
    }
  }

  private static BackupException outcomeUnknown(String what, Exception cause) {
    return new BackupException(
        ErrorCode.WRITE_OUTCOME_UNKNOWN,
        "the snapshot was committed, but " + what + " is unknown",
        "Run 'holdfast list' when the repository can be reached again.",
        cause);
  }

  /// W7b: a session that was sealed before its commit landed has not committed.
  private void requireNotSealed() {
    try {
      if (context.maintenance().newest().require().isSealed(id)) {
        ended = true;
        throw killed();
      }
    } catch (IOException | CorruptRepositoryException e) {
      throw outcomeUnknown("whether maintenance had ended the session", e);
    }
  }

  private BackupException killed() {
    return new BackupException(
        ErrorCode.SESSION_KILLED,
        "maintenance ended session " + id + " before it committed",
        "Run the backup again; what was uploaded is checked and used again where possible.");
  }

  @Override
  public void close() throws IOException {
    boolean says = !ended;
    ended = true;
    if (!failure.isSet()) {
      failure.record(new IllegalStateException("the session was closed"));
    }
    try (uploaders) {
      // Packs that are on their way arrive; nothing new is begun.
      data.drain();
      metadata.drain();
    }
    if (says) {
      writeClose();
    }
  }

  /// Tells maintenance that it need not wait for this session. Nothing depends on it.
  private void writeClose() {
    try {
      SlotChain.Claim claim = slots.claim((previous, now) -> new SlotRecord.Close(now, previous));
      LOG.debug("slot {} after the end of the session: {}", claim.place(), claim.owner());
    } catch (IOException e) {
      LOG.warn("the end of session {} could not be recorded: {}", id, e.getMessage());
    }
  }
}
