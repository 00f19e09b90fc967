package io.holdfast.repository;

import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads `maint/` and `forgot/`. Every object there is sealed for the domain and carries an HMAC
/// under the maintenance key behind it; one that fails either is ignored.
final class MaintenanceLog {
  static final String STATE_PURPOSE = "maintenance";
  static final String FORGOTTEN_PURPOSE = "forgotten";
  private static final int MAC_BYTES = 32;
  private static final int FORGOTTEN_BYTES_MAX = 4096;

  private final BlobStore store;
  private final Domain domain;
  private final byte[] maintenanceKey;

  MaintenanceLog(BlobStore store, Domain domain, byte[] maintenanceKey) {
    this.store = store;
    this.domain = domain;
    this.maintenanceKey = maintenanceKey;
  }

  /// The state with the highest number that is genuine.
  MaintenanceState newest() throws IOException {
    List<Long> numbers = new ArrayList<>();
    store.list(
        ObjectNames.MAINTENANCE,
        blob -> {
          OptionalLong number = ObjectNames.parseMaintenance(blob.key());
          if (number.isPresent() && blob.bytes() <= MaintenanceState.BYTES_MAX) {
            numbers.add(number.getAsLong());
          }
        });
    numbers.sort(Comparator.reverseOrder());
    for (long number : numbers) {
      Optional<MaintenanceState> state = read(number);
      if (state.isPresent()) {
        return state.get();
      }
    }
    return MaintenanceState.none();
  }

  /// State `number`, or empty if it is gone or not genuine.
  Optional<MaintenanceState> read(long number) throws IOException {
    BlobKey key = ObjectNames.maintenance(number);
    try {
      byte[] object = store.get(key, MaintenanceState.BYTES_MAX);
      Optional<byte[]> plain = unwrap(key, STATE_PURPOSE, object, MaintenanceState.BYTES_MAX);
      return plain
          .map(bytes -> MaintenanceState.decode(bytes, key.value()))
          .filter(state -> state.number() == number);
    } catch (NoSuchBlobException | CorruptRepositoryException e) {
      return Optional.empty();
    }
  }

  /// Snapshots with a genuine tombstone.
  Set<SnapshotId> forgotten() throws IOException {
    List<SnapshotId> named = new ArrayList<>();
    store.list(
        ObjectNames.FORGOTTEN,
        blob -> {
          if (blob.bytes() <= FORGOTTEN_BYTES_MAX) {
            ObjectNames.parseForgotten(blob.key()).ifPresent(named::add);
          }
        });
    Set<SnapshotId> genuine = new HashSet<>();
    for (SnapshotId id : named) {
      if (isForgotten(id)) {
        genuine.add(id);
      }
    }
    return genuine;
  }

  boolean isForgotten(SnapshotId id) throws IOException {
    BlobKey key = ObjectNames.forgotten(id);
    try {
      byte[] object = store.get(key, FORGOTTEN_BYTES_MAX);
      return unwrap(key, FORGOTTEN_PURPOSE, object, FORGOTTEN_BYTES_MAX).isPresent();
    } catch (NoSuchBlobException e) {
      return false;
    }
  }

  /// Seals and signs; the counterpart of what this class reads.
  byte[] wrap(BlobKey key, String purpose, byte[] plain) {
    byte[] sealed = domain.sealMeta(purpose, key.value(), plain);
    return SealedObject.concat(sealed, mac(key, purpose, sealed, sealed.length));
  }

  /// The plain bytes, or empty if the object is not genuine.
  Optional<byte[]> unwrap(BlobKey key, String purpose, byte[] object, int bytesMax) {
    int sealed = object.length - MAC_BYTES;
    if (sealed < SealedObject.OVERHEAD_BYTES
        || !SealedObject.constantTimeEquals(mac(key, purpose, object, sealed), object, sealed)) {
      return Optional.empty();
    }
    try {
      return Optional.of(domain.openMeta(purpose, key.value(), object, 0, sealed, bytesMax));
    } catch (CorruptRepositoryException e) {
      return Optional.empty();
    }
  }

  private byte[] mac(BlobKey key, String purpose, byte[] sealed, int length) {
    byte[] context =
        domain.bound(CryptoKit.ascii("holdfast/v1/" + purpose + "\0" + key.value() + "\0"));
    return CryptoKit.hmac(maintenanceKey, context, sealed, 0, length);
  }

  void wipe() {
    Arrays.fill(maintenanceKey, (byte) 0);
  }
}
