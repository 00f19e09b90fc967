package io.holdfast.repository;

import io.holdfast.repository.MaintenanceLog.Absent;
import io.holdfast.repository.MaintenanceLog.Damaged;
import io.holdfast.repository.MaintenanceLog.Forged;
import io.holdfast.repository.MaintenanceLog.Found;
import io.holdfast.repository.MaintenanceLog.Genuine;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Reads and writes the tombstones of domains under `shredded/`, which never go. One that is
/// *forged* means nothing; of one that is *damaged* nobody knows, so nothing is made or written in
/// that domain until it is gone.
final class ShredLog {
  static final String PURPOSE = "shredded";
  private static final int BYTES_MAX = 4096;
  private static final int NAME_BYTES_MAX = 256;

  private final BlobStore store;
  private final MaintenanceLog signed;
  private final Function<String, DomainId> ids;

  /// @param signed knows how what maintenance writes is sealed and signed
  /// @param ids of domains, by their names
  ShredLog(BlobStore store, MaintenanceLog signed, Function<String, DomainId> ids) {
    this.store = store;
    this.signed = signed;
    this.ids = ids;
  }

  /// All domains with a genuine tombstone; a damaged one hides nothing.
  Map<DomainId, ShreddedDomain> all() throws IOException {
    List<DomainId> named = new ArrayList<>();
    store.list(
        ObjectNames.SHREDDED, blob -> ObjectNames.parseShredded(blob.key()).ifPresent(named::add));
    Map<DomainId, ShreddedDomain> genuine = new HashMap<>();
    for (DomainId id : named) {
      if (read(id) instanceof Genuine<ShreddedDomain>(ShreddedDomain domain)) {
        genuine.put(id, domain);
      }
    }
    return genuine;
  }

  /// The tombstone of a domain; empty if it has none.
  ///
  /// @throws CorruptRepositoryException if it cannot be read
  Optional<ShreddedDomain> find(DomainId id) throws IOException {
    return switch (read(id)) {
      case Genuine<ShreddedDomain>(ShreddedDomain domain) -> Optional.of(domain);
      case Forged<ShreddedDomain> _, Absent<ShreddedDomain> _ -> Optional.empty();
      case Damaged<ShreddedDomain>(CorruptRepositoryException why) -> throw why;
    };
  }

  /// @throws ShreddedDomainException if the domain has a tombstone
  /// @throws CorruptRepositoryException if that cannot be read
  void requireAlive(DomainId id) throws IOException {
    Optional<ShreddedDomain> found = find(id);
    if (found.isPresent()) {
      throw new ShreddedDomainException(found.get());
    }
  }

  Found<ShreddedDomain> read(DomainId id) throws IOException {
    BlobKey key = ObjectNames.shredded(id);
    return switch (signed.unwrap(key, PURPOSE, BYTES_MAX)) {
      case Genuine<byte[]>(byte[] plain) -> decode(id, plain, key);
      case Forged<byte[]> _ -> new Forged<>();
      case Damaged<byte[]>(CorruptRepositoryException why) -> new Damaged<>(why);
      case Absent<byte[]> _ -> new Absent<>();
    };
  }

  /// One that says it is of another domain, or of one that is never shredded, means nothing whoever
  /// signed it.
  private Found<ShreddedDomain> decode(DomainId id, byte[] plain, BlobKey key) {
    try {
      RecordReader in = new RecordReader(plain, key.value());
      if (in.u8() != 1) {
        throw in.damaged("has a record version this program does not know");
      }
      Instant at = in.instantMillis();
      String name = in.text(NAME_BYTES_MAX);
      in.end();
      if (!Domain.isShreddable(name) || !ids.apply(name).equals(id)) {
        return new Forged<>();
      }
      return new Genuine<>(new ShreddedDomain(id, name, at));
    } catch (CorruptRepositoryException e) {
      return new Damaged<>(e);
    }
  }

  /// Puts a tombstone, unless there is one.
  ///
  /// @return the one that is there now
  /// @throws CorruptRepositoryException if something else lies there
  ShreddedDomain put(ResolvedPut puts, ShreddedDomain domain) throws IOException {
    BlobKey key = ObjectNames.shredded(domain.id());
    byte[] plain =
        new RecordWriter()
            .u8(1)
            .u64(Math.max(0, domain.at().toEpochMilli()))
            .text(domain.name(), NAME_BYTES_MAX, "the name of a domain")
            .toBytes();
    // Sealed anew each time: one that is there already is looked at, not compared.
    var _ = puts.put(key, signed.wrap(key, PURPOSE, plain));
    return find(domain.id())
        .orElseThrow(
            () ->
                CorruptRepositoryException.damaged(
                    key
                        + " is taken by something that maintenance did not write; it means nothing,"
                        + " so delete it by the means of the store"));
  }
}
