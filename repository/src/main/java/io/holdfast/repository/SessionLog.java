package io.holdfast.repository;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.Optional;

/// Seals and opens the slots under `log/`.
final class SessionLog {
  private final BlobStore store;
  private final Domain domain;
  private final ResolvedPut puts;

  SessionLog(BlobStore store, Domain domain, ResolvedPut puts) {
    this.store = store;
    this.domain = domain;
    this.puts = puts;
  }

  /// A slot and the digest of the object it was in.
  record StoredSlot(SlotRecord record, Digest digest) {}

  byte[] seal(SnapshotId place, SlotRecord record) {
    String name = ObjectNames.log(place.session(), place.slot()).value();
    return domain.sealMeta(SlotRecord.PURPOSE, name, record.encode());
  }

  /// Claims the slot with these bytes, or says that somebody else has it.
  ResolvedPut.Owner claim(SnapshotId place, byte[] object) throws IOException {
    return puts.put(ObjectNames.log(place.session(), place.slot()), object);
  }

  /// A slot that somebody else was seen to have claimed. Empty if it is gone since: only slots of
  /// sessions that maintenance has ended and sealed are taken away.
  Optional<StoredSlot> find(SnapshotId place) throws IOException {
    try {
      return Optional.of(read(place));
    } catch (NoSuchBlobException e) {
      return Optional.empty();
    }
  }

  StoredSlot read(SnapshotId place) throws IOException {
    BlobKey key = ObjectNames.log(place.session(), place.slot());
    byte[] object = store.get(key, SlotRecord.OBJECT_BYTES_MAX);
    byte[] plain =
        domain.openMeta(
            SlotRecord.PURPOSE, key.value(), object, 0, object.length, SlotRecord.OBJECT_BYTES_MAX);
    return new StoredSlot(SlotRecord.decode(plain, key.value()), Digest.of(object));
  }
}
