package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.crypto.KeySlot.Use;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a repository. `format/v1` is written last: before it there is none.
final class RepositoryCreation {
  private static final Logger log = LoggerFactory.getLogger(RepositoryCreation.class);

  private RepositoryCreation() {}

  static Repository.Initialized create(
      BlobStore store, KeyMaterial material, RepositoryOptions options) throws IOException {
    requireEmpty(store);
    Entropy entropy = options.entropy();
    RepositoryId id = RepositoryId.of(entropy.bytes(Hex16.BYTES));
    FormatObject format = format(store, options, id, RepositoryId.of(entropy.bytes(Hex16.BYTES)));
    RootKey fresh = new RootKey(entropy.bytes(CryptoKit.KEY_BYTES), format, material, "");
    DomainKeys keys = DomainKeys.create(entropy, options.clock().instant(), Repository.MAIN_DOMAIN);
    return complete(store, material, options, format, fresh, List.of(keys));
  }

  /// A repository with the key space, the root key and the domain keys of another one.
  static Repository.Initialized createLike(
      BlobStore store, KeyMaterial material, RepositoryOptions options, Repository like)
      throws IOException {
    requireEmpty(store);
    requireNoKeys(store);
    RepositoryId id = RepositoryId.of(options.entropy().bytes(Hex16.BYTES));
    FormatObject format = format(store, options, id, like.format().keySpace());
    RootKey same = new RootKey(like.root().expose().clone(), format, material, "");
    return complete(store, material, options, format, same, KeySpace.allKeys(like));
  }

  private static FormatObject format(
      BlobStore store, RepositoryOptions options, RepositoryId id, RepositoryId keySpace)
      throws IOException {
    return new FormatObject(
        id,
        keySpace,
        probed(store, options.entropy()),
        // As it will be read: the format has milliseconds.
        options.clock().instant().truncatedTo(ChronoUnit.MILLIS));
  }

  /// Writes the keys, and the format last.
  private static Repository.Initialized complete(
      BlobStore store,
      KeyMaterial material,
      RepositoryOptions options,
      FormatObject format,
      RootKey fresh,
      List<DomainKeys> keys)
      throws IOException {
    ResolvedPut puts = new ResolvedPut(store, options.pause());
    List<BlobKey> made = new ArrayList<>();
    for (DomainKeys version : keys) {
      DomainId id = fresh.domainId(version.name);
      BlobKey name = ObjectNames.domain(id, version.version);
      own(puts, name, fresh.wrap(options, id, version));
      made.add(name);
    }
    KeySlot slot = addSlot(puts, options, format.id(), fresh, material, Use.UNSAID);
    made.add(ObjectNames.keySlot(slot.id()));
    RootKey root = fresh.in(slot.id());
    Kit kit = addKit(puts, options, format.id(), root);
    made.add(ObjectNames.keySlot(kit.slot()));
    if (puts.put(ObjectNames.FORMAT, format.encode()) != ResolvedPut.Owner.OURS) {
      // Somebody else made a repository here a moment ago: our keys open nothing.
      root.close();
      for (BlobKey key : made) {
        remove(store, key);
      }
      throw exists(store);
    }
    return new Repository.Initialized(
        Repository.assemble(store, options, format, root), kit.page());
  }

  /// A new recovery kit.
  ///
  /// @param slot id of the slot that it opens
  record Kit(String slot, Secret page) {}

  static Kit addKit(
      ResolvedPut puts, RepositoryOptions options, RepositoryId repository, RootKey root)
      throws IOException {
    byte[] key = options.entropy().bytes(CryptoKit.KEY_BYTES);
    try (SecretBytes material = new SecretBytes(key)) {
      KeySlot slot =
          addSlot(
              puts, options, repository, root, new KeyMaterial.RawKey(material), Use.RECOVERY_KIT);
      return new Kit(slot.id(), RecoveryKit.print(repository, slot.id(), key));
    }
  }

  static KeySlot addSlot(
      ResolvedPut puts,
      RepositoryOptions options,
      RepositoryId repository,
      RootKey root,
      KeyMaterial material,
      Use use)
      throws IOException {
    KeySlot slot =
        KeySlot.wrap(
            options.entropy(), options.clock().instant(), repository, root.expose(), material, use);
    own(puts, ObjectNames.keySlot(slot.id()), slot.object().bytes());
    return slot;
  }

  private static void own(ResolvedPut puts, BlobKey key, byte[] object) throws IOException {
    if (puts.put(key, object) != ResolvedPut.Owner.OURS) {
      throw CorruptRepositoryException.damaged(key + " is there already, which chance rules out");
    }
  }

  private static void requireEmpty(BlobStore store) throws IOException {
    if (store.stat(ObjectNames.FORMAT).isPresent()) {
      throw exists(store);
    }
  }

  /// Keys of the same key space have the same names: what a creation that was cut off left would be
  /// in the way, and whether it was cut off or still runs cannot be told.
  private static void requireNoKeys(BlobStore store) throws IOException {
    boolean[] any = new boolean[1];
    store.list("keys/", _ -> any[0] = true);
    if (any[0]) {
      throw new BackupException(
          ErrorCode.REPOSITORY_PLACE_UNUSABLE,
          "there are keys at " + store.describe() + ", but no repository",
          "Somebody makes a repository there now, or was cut off: then delete what is below keys/,"
              + " which opens nothing.");
    }
  }

  private static BackupException exists(BlobStore store) {
    return new BackupException(
        ErrorCode.REPOSITORY_EXISTS,
        "there is a repository already at " + store.describe(),
        "Use it as it is, or choose another place.");
  }

  /// What the store keeps locked stays: it harms nobody.
  private static void remove(BlobStore store, BlobKey key) throws IOException {
    try {
      store.delete(key);
    } catch (BlobLockedException e) {
      log.debug("{} stays for now", key, e);
    }
  }

  /// Puts one name twice and looks whether the second put is refused and the first one is listed.
  private static StoreCapabilities probed(BlobStore store, Entropy entropy) throws IOException {
    StoreCapabilities told = store.capabilities();
    BlobKey probe =
        new BlobKey(ObjectNames.PROBES + HexFormat.of().formatHex(entropy.bytes(Hex16.BYTES)));
    PutResult first = store.putIfAbsent(probe, ByteBuffer.wrap(CryptoKit.ascii("first")));
    PutResult second = store.putIfAbsent(probe, ByteBuffer.wrap(CryptoKit.ascii("second")));
    boolean kept =
        new String(store.get(probe, 16), java.nio.charset.StandardCharsets.US_ASCII)
            .equals("first");
    boolean[] listed = new boolean[1];
    store.list(ObjectNames.PROBES, blob -> listed[0] |= blob.key().equals(probe));
    remove(store, probe);
    if (first != PutResult.STORED || !listed[0]) {
      throw new BackupException(
          ErrorCode.REPOSITORY_PLACE_UNUSABLE,
          store.describe() + " does not show what was just stored there",
          "Choose a store whose listings are complete at once.");
    }
    Support refused = second == PutResult.ALREADY_PRESENT && kept ? Support.YES : Support.NO;
    Support both = told.putIfAbsent() == Support.YES ? refused : Support.NO;
    return new StoreCapabilities(both, told.durable(), told.sharedBetweenHosts(), told.remark());
  }
}
