package io.holdfast.repository;

import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Reads `maint/` and `forgot/`, and publishes states. Every object there is sealed for the domain
/// and carries an HMAC under the maintenance key, then a checksum that needs no key.
///
/// The checksum tells two things apart that the HMAC alone cannot: an object that is whole but was
/// not written by maintenance is *forged* and means nothing, wherever it lies; one that is not
/// whole is *damaged* and may have said anything. Readers go on with what they can read and report
/// it; writers and maintenance refuse, because they might rely on what that state took away.
final class MaintenanceLog {
  static final String STATE_PURPOSE = "maintenance";
  static final String FORGOTTEN_PURPOSE = "forgotten";
  private static final int MAC_BYTES = 32;
  private static final int FORGET_TRIES_MAX = 5;
  private static final int FORGOTTEN_BYTES_MAX = 4096;

  /// Forged objects that publishing passes over before it gives up.
  private static final int FORGED_MAX = 10_000;

  private final BlobStore store;
  private final Domain domain;
  private final byte[] maintenanceKey;

  MaintenanceLog(BlobStore store, Domain domain, byte[] maintenanceKey) {
    this.store = store;
    this.domain = domain;
    this.maintenanceKey = maintenanceKey;
  }

  /// What lies under a name of `maint/` or `forgot/`.
  sealed interface Found<T> {}

  /// Maintenance wrote it.
  record Genuine<T>(T content) implements Found<T> {}

  /// It is whole, and maintenance did not write it.
  record Forged<T>() implements Found<T> {}

  /// It is not what was written, whoever wrote it, or is of a newer program.
  record Damaged<T>(CorruptRepositoryException why) implements Found<T> {}

  /// Nothing is there.
  record Absent<T>() implements Found<T> {}

  /// The newest state that can be read.
  ///
  /// @param damaged what cannot be read and has a higher number: it may be the newer one
  record Newest(MaintenanceState state, List<CorruptRepositoryException> damaged) {
    Newest {
      damaged = List.copyOf(damaged);
    }

    /// For whoever must know what has been decided, not only what could be read of it.
    ///
    /// @throws CorruptRepositoryException if a newer state is damaged
    MaintenanceState require() {
      if (!damaged.isEmpty()) {
        CorruptRepositoryException refused =
            CorruptRepositoryException.damaged(
                "the newest maintenance state cannot be read, so nothing may be written: "
                    + damaged.getFirst().text());
        damaged.forEach(refused::addSuppressed);
        throw refused;
      }
      return state;
    }
  }

  /// The genuine state with the highest number, and what is damaged above it.
  Newest newest() throws IOException {
    List<Long> numbers = numbers();
    List<CorruptRepositoryException> damaged = new ArrayList<>();
    for (long number : numbers) {
      switch (read(number)) {
        case Genuine<MaintenanceState>(MaintenanceState state) -> {
          return new Newest(state, damaged);
        }
        case Damaged<MaintenanceState>(CorruptRepositoryException why) -> damaged.add(why);
        case Forged<MaintenanceState> _, Absent<MaintenanceState> _ -> {}
      }
    }
    return new Newest(MaintenanceState.none(), damaged);
  }

  /// What lies in `maint/`, the highest number first.
  private List<Long> numbers() throws IOException {
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
    return numbers;
  }

  /// State `number`.
  Found<MaintenanceState> read(long number) throws IOException {
    BlobKey key = ObjectNames.maintenance(number);
    return switch (unwrap(key, STATE_PURPOSE, MaintenanceState.BYTES_MAX)) {
      case Genuine<byte[]>(byte[] plain) -> decode(number, plain, key);
      case Forged<byte[]> _ -> new Forged<>();
      case Damaged<byte[]>(CorruptRepositoryException why) -> new Damaged<>(why);
      case Absent<byte[]> _ -> new Absent<>();
    };
  }

  private static Found<MaintenanceState> decode(long number, byte[] plain, BlobKey key) {
    try {
      MaintenanceState state = MaintenanceState.decode(plain, key.value());
      return state.number() == number
          ? new Genuine<>(state)
          : new Damaged<>(
              CorruptRepositoryException.damaged(key + " says it is state " + state.number()));
    } catch (CorruptRepositoryException e) {
      return new Damaged<>(e);
    }
  }

  /// Publishes `next` as the successor of `basis`, under the first number after it that is free:
  /// forged objects are passed over, and nothing is left out, so that of two who start from the
  /// same state only one succeeds.
  ///
  /// @return the state as published, or empty if somebody else has published one since
  /// @throws CorruptRepositoryException if what lies there cannot be told from a state
  Optional<MaintenanceState> publish(
      ResolvedPut puts, MaintenanceState basis, MaintenanceState next) throws IOException {
    for (long number = basis.number() + 1; number <= basis.number() + FORGED_MAX; number++) {
      BlobKey key = ObjectNames.maintenance(number);
      MaintenanceState numbered = next.withNumber(number);
      byte[] object = wrap(key, STATE_PURPOSE, numbered.encode());
      if (puts.put(key, object) == ResolvedPut.Owner.OURS) {
        return Optional.of(numbered);
      }
      switch (read(number)) {
        case Genuine<MaintenanceState> _, Absent<MaintenanceState> _ -> {
          return Optional.empty();
        }
        case Damaged<MaintenanceState>(CorruptRepositoryException why) -> throw why;
        case Forged<MaintenanceState> _ -> {}
      }
    }
    throw CorruptRepositoryException.damaged(
        "maint/ holds more than " + FORGED_MAX + " objects that maintenance did not write");
  }

  /// Publishes `next` above everything that is damaged next to `basis`, under the first free number
  /// after it. Nothing free is passed over, so that of two who start from the same state, whichever
  /// they could read, only one succeeds.
  ///
  /// @param damaged numbers of the states that are known to be damaged
  /// @param expected the number that `next` was made for
  /// @return the state as published, or empty if anything else lies there than was known
  Optional<MaintenanceState> supersede(
      ResolvedPut puts,
      MaintenanceState basis,
      List<Long> damaged,
      long expected,
      MaintenanceState next)
      throws IOException {
    for (long number = basis.number() + 1; number < expected; number++) {
      boolean known =
          switch (read(number)) {
            case Damaged<MaintenanceState> _ -> damaged.contains(number);
            case Forged<MaintenanceState> _ -> true;
            case Genuine<MaintenanceState> _, Absent<MaintenanceState> _ -> false;
          };
      if (!known) {
        return Optional.empty();
      }
    }
    BlobKey key = ObjectNames.maintenance(expected);
    MaintenanceState numbered = next.withNumber(expected);
    byte[] object = wrap(key, STATE_PURPOSE, numbered.encode());
    return puts.put(key, object) == ResolvedPut.Owner.OURS
        ? Optional.of(numbered)
        : Optional.empty();
  }

  /// Numbers of damaged states above `basis`, ascending.
  List<Long> damagedAbove(long basis) throws IOException {
    List<Long> damaged = new ArrayList<>();
    for (long number : numbers()) {
      if (number > basis && read(number) instanceof Damaged<MaintenanceState>) {
        damaged.add(number);
      }
    }
    damaged.sort(Comparator.naturalOrder());
    return damaged;
  }

  /// Whether maintenance signed the state of this number, and it is whole, readable to us or not:
  /// its keys may be missing, or the program too old.
  boolean isSigned(long number) throws IOException {
    BlobKey key = ObjectNames.maintenance(number);
    byte[] object;
    try {
      object = store.get(key, MaintenanceState.BYTES_MAX);
    } catch (NoSuchBlobException e) {
      return false;
    }
    int sealed = object.length - Digest.BYTES - MAC_BYTES;
    return sealed >= SealedObject.OVERHEAD_BYTES
        && isWhole(object)
        && SealedObject.constantTimeEquals(mac(key, STATE_PURPOSE, object, sealed), object, sealed);
  }

  private static boolean isWhole(byte[] object) {
    int signed = object.length - Digest.BYTES;
    return Arrays.equals(
        CryptoKit.sha256(object, 0, signed), Arrays.copyOfRange(object, signed, object.length));
  }

  /// The number of the first of consecutive numbers after `basis` under which nothing lies.
  long firstFreeAfter(long basis) throws IOException {
    long number = basis + 1;
    while (store.stat(ObjectNames.maintenance(number)).isPresent()) {
      number++;
    }
    return number;
  }

  /// Every pack that a genuine state up to `last` has buried; empty if one of them cannot be read,
  /// so that nobody knows.
  Optional<Set<PackId>> everBuried(long last) throws IOException {
    Set<PackId> buried = new HashSet<>();
    for (long number = 1; number <= last; number++) {
      switch (read(number)) {
        case Genuine<MaintenanceState>(MaintenanceState state) -> buried.addAll(state.buried());
        case Forged<MaintenanceState> _ -> {}
        case Damaged<MaintenanceState> _, Absent<MaintenanceState> _ -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(buried);
  }

  /// Snapshots with a genuine tombstone.
  Set<SnapshotId> forgotten() throws IOException {
    List<SnapshotId> named = new ArrayList<>();
    store.list(
        ObjectNames.FORGOTTEN,
        blob -> ObjectNames.parseForgotten(blob.key()).ifPresent(named::add));
    Set<SnapshotId> genuine = new HashSet<>();
    for (SnapshotId id : named) {
      if (tombstone(id) instanceof Genuine<byte[]>) {
        genuine.add(id);
      }
    }
    return genuine;
  }

  /// Puts a tombstone. One that is there already is as good; if it goes before it was looked at (a
  /// prune removes tombstones together with what they are for), another one is put.
  ///
  /// @throws CorruptRepositoryException if something else lies there
  void forget(ResolvedPut puts, SnapshotId id) throws IOException {
    BlobKey key = ObjectNames.forgotten(id);
    for (int attempt = 0; attempt < FORGET_TRIES_MAX; attempt++) {
      // Sealed anew each time, so that a tombstone which is there already is looked at, not
      // compared.
      byte[] object = wrap(key, FORGOTTEN_PURPOSE, new byte[0]);
      if (puts.put(key, object) == ResolvedPut.Owner.OURS) {
        return;
      }
      switch (tombstone(id)) {
        case Genuine<byte[]> _ -> {
          return;
        }
        case Damaged<byte[]>(CorruptRepositoryException why) -> throw why;
        case Forged<byte[]> _ ->
            throw CorruptRepositoryException.damaged(
                key + " is taken by something that maintenance did not write");
        case Absent<byte[]> _ -> {}
      }
    }
    throw new StoreUnavailableException(
        key + " is there when it is put, and is not when it is read");
  }

  /// The tombstone of a snapshot.
  Found<byte[]> tombstone(SnapshotId id) throws IOException {
    return unwrap(ObjectNames.forgotten(id), FORGOTTEN_PURPOSE, FORGOTTEN_BYTES_MAX);
  }

  /// Seals, signs and adds the checksum; the counterpart of what this class reads.
  byte[] wrap(BlobKey key, String purpose, byte[] plain) {
    byte[] sealed = domain.sealMeta(purpose, key.value(), plain);
    byte[] signed = SealedObject.concat(sealed, mac(key, purpose, sealed, sealed.length));
    return SealedObject.concat(signed, CryptoKit.sha256(signed, 0, signed.length));
  }

  /// What lies under a name that [#wrap] is for.
  Found<byte[]> unwrap(BlobKey key, String purpose, int bytesMax) throws IOException {
    byte[] object;
    try {
      long bytes =
          store.stat(key).orElseThrow(() -> new NoSuchBlobException("no blob " + key)).bytes();
      if (bytes > bytesMax) {
        return new Forged<>();
      }
      object = store.get(key, bytesMax);
    } catch (NoSuchBlobException e) {
      return new Absent<>();
    }
    int signed = object.length - Digest.BYTES;
    int sealed = signed - MAC_BYTES;
    if (sealed < SealedObject.OVERHEAD_BYTES || !isWhole(object)) {
      return new Damaged<>(
          CorruptRepositoryException.damaged(key + " does not match its checksum"));
    }
    if (!SealedObject.constantTimeEquals(mac(key, purpose, object, sealed), object, sealed)) {
      return new Forged<>();
    }
    try {
      return new Genuine<>(domain.openMeta(purpose, key.value(), object, 0, sealed, bytesMax));
    } catch (CorruptRepositoryException e) {
      return new Damaged<>(e);
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
