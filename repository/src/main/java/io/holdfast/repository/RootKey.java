package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The key above all others, and what is derived from it. Not printed.
final class RootKey implements AutoCloseable {
  private static final String DOMAIN_PURPOSE = "domain";
  private static final int DOMAIN_OBJECT_BYTES_MAX = 4096;
  private static final int VERSIONS_MAX = 10_000;

  /// Objects in place of slots that are read at all; opening them is what costs.
  private static final int SLOTS_READ_MAX = 10_000;

  /// Damaged slots that a message names.
  private static final int NAMED_MAX = 5;

  private final byte[] root;
  private final FormatObject format;
  private final KeyMaterial opener;
  private final String slot;

  /// @param opener what opens the slot
  /// @param slot id of the slot that it was taken from, or that is about to be made
  RootKey(byte[] root, FormatObject format, KeyMaterial opener, String slot) {
    this.root = root;
    this.opener = opener;
    this.format = format;
    this.slot = slot;
  }

  /// Finds the slot that `material` opens.
  static RootKey unlock(BlobStore store, FormatObject format, KeyMaterial material)
      throws IOException {
    Search search = search(store, format, material, 1);
    if (search.found.isEmpty()) {
      throw noSlot(search.slots, search.damaged);
    }
    return search.found.getFirst();
  }

  /// Ids of all slots that `material` opens, as far as [#unlock] would look. What is damaged opens
  /// nothing.
  static List<String> openedBy(BlobStore store, FormatObject format, KeyMaterial material)
      throws IOException {
    List<RootKey> found = search(store, format, material, KeySlot.SLOTS_MAX).found;
    found.forEach(RootKey::close);
    return found.stream().map(RootKey::slot).toList();
  }

  /// What opened.
  ///
  /// @param slots how many there are, the damaged ones among them
  private record Search(List<RootKey> found, List<CorruptRepositoryException> damaged, int slots) {}

  /// Tries slots until as many were opened as are wanted. The caller closes what was found.
  private static Search search(
      BlobStore store, FormatObject format, KeyMaterial material, int wanted) throws IOException {
    List<RootKey> found = new ArrayList<>();
    try {
      return search(store, format, material, wanted, found);
    } catch (IOException | RuntimeException e) {
      found.forEach(RootKey::close);
      throw e;
    }
  }

  private static Search search(
      BlobStore store, FormatObject format, KeyMaterial material, int wanted, List<RootKey> found)
      throws IOException {
    List<String> ids = slotIds(store);
    List<CorruptRepositoryException> damaged = new ArrayList<>();
    int tried = 0;
    int gone = 0;
    for (String id : ids.subList(0, Math.min(ids.size(), SLOTS_READ_MAX))) {
      if (found.size() == wanted) {
        break;
      }
      try {
        KeySlot slot = slot(store, id);
        // Whatever is no slot was not counted: it would keep us from the one that opens.
        if (tried++ == KeySlot.SLOTS_MAX) {
          break;
        }
        slot.open(format.id(), material)
            .ifPresent(root -> found.add(new RootKey(root, format, material, id)));
      } catch (CorruptRepositoryException e) {
        damaged.add(e);
      } catch (NoSuchBlobException _) {
        // Removed since the listing: no slot any more.
        gone++;
      }
    }
    return new Search(List.copyOf(found), damaged, ids.size() - gone);
  }

  /// Ids of what lies in place of slots, sorted.
  static List<String> slotIds(BlobStore store) throws IOException {
    List<String> ids = new ArrayList<>();
    store.list(
        ObjectNames.SLOTS,
        blob -> {
          String id = blob.key().value().substring(ObjectNames.SLOTS.length());
          if (id.length() == 2 * KeySlot.ID_BYTES && Hex16.isLowerHex(id)) {
            ids.add(id);
          }
        });
    return ids;
  }

  /// @throws CorruptRepositoryException if it is damaged
  /// @throws NoSuchBlobException if it is not there any more
  static KeySlot slot(BlobStore store, String id) throws IOException {
    return KeySlot.decode(id, slotObject(store, id));
  }

  private static byte[] slotObject(BlobStore store, String id) throws IOException {
    BlobKey key = ObjectNames.keySlot(id);
    long bytes =
        store.stat(key).orElseThrow(() -> new NoSuchBlobException("no blob " + key)).bytes();
    if (bytes != KeySlot.BYTES) {
      throw CorruptRepositoryException.damaged(key + " has " + bytes + " bytes, not 192");
    }
    return store.get(key, KeySlot.BYTES);
  }

  private static BackupException noSlot(int slots, List<CorruptRepositoryException> damaged) {
    if (slots == 0) {
      return CorruptRepositoryException.missing("the repository has no key slot");
    }
    if (damaged.size() == slots) {
      CorruptRepositoryException all =
          CorruptRepositoryException.damaged("every key slot of the repository is damaged");
      damaged.stream().limit(NAMED_MAX).forEach(all::addSuppressed);
      return all;
    }
    BackupException wrong =
        new BackupException(
            ErrorCode.KEY_WRONG,
            "the key opens none of the repository's "
                + slots
                + " key slots"
                + (damaged.isEmpty() ? "" : "; " + damaged.size() + " of them are damaged"),
            damaged.isEmpty()
                ? "Give the key, key file, passphrase or recovery kit of this repository."
                : "If the key is the right one, its slot is damaged: use another key of this repository or the recovery kit, or put keys/slot/ back from a copy of the repository.");
    damaged.stream().limit(NAMED_MAX).forEach(wrong::addSuppressed);
    return wrong;
  }

  /// The same key, which the slot of that id holds.
  RootKey in(String slotId) {
    return new RootKey(root, format, opener, slotId);
  }

  /// Id of the slot that it was taken from.
  String slot() {
    return slot;
  }

  /// What opened that slot.
  KeyMaterial opener() {
    return opener;
  }

  byte[] expose() {
    return root;
  }

  /// The key that maintenance objects are authenticated with.
  byte[] maintenanceKey() {
    return derive("maintenance");
  }

  DomainId domainId(String name) {
    byte[] mac =
        CryptoKit.hmac(
            derive("domain-name"), name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return DomainId.of(Arrays.copyOf(mac, Hex16.BYTES));
  }

  byte[] wrap(RepositoryOptions options, DomainId id, DomainKeys keys) {
    byte[] plain = keys.encode();
    byte[] wrapped =
        SealedObject.seal(
            options.entropy(),
            1,
            derive("domain-wrap"),
            DOMAIN_PURPOSE,
            context(id, keys.version),
            plain,
            0,
            plain.length);
    Arrays.fill(plain, (byte) 0);
    return wrapped;
  }

  /// All versions of a domain's keys; empty if it does not exist, or is being shredded.
  Map<Integer, DomainKeys> domainKeys(BlobStore store, DomainId id) throws IOException {
    String prefix = ObjectNames.DOMAINS + id.hex() + "/";
    List<Integer> versions = new ArrayList<>();
    store.list(
        prefix,
        blob ->
            ObjectNames.number(blob.key().value().substring(prefix.length()))
                .ifPresent(versions::add));
    if (versions.size() > VERSIONS_MAX) {
      throw CorruptRepositoryException.damaged("domain " + id + " has too many key versions");
    }
    Map<Integer, DomainKeys> keys = new HashMap<>();
    for (int version : versions) {
      try {
        keys.put(version, domainKeys(store, id, version));
      } catch (NoSuchBlobException _) {
        // Keys only ever go when the domain is shredded: then all of them do.
        return Map.of();
      }
    }
    return keys;
  }

  /// Keys that somebody may have made since a domain was opened.
  Optional<DomainKeys> laterKeys(BlobStore store, DomainId id, int version) {
    try {
      return store.stat(ObjectNames.domain(id, version)).isPresent()
          ? Optional.of(domainKeys(store, id, version))
          : Optional.empty();
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.STORE_UNAVAILABLE,
          "the store does not say whether there are keys of version " + version,
          "Check the store and try again.",
          e);
    }
  }

  DomainKeys domainKeys(BlobStore store, DomainId id, int version) throws IOException {
    BlobKey key = ObjectNames.domain(id, version);
    long bytes = store.stat(key).map(BlobStore.BlobStat::bytes).orElse(0L);
    if (bytes > DOMAIN_OBJECT_BYTES_MAX) {
      throw CorruptRepositoryException.damaged(key + " has " + bytes + " bytes");
    }
    byte[] object = store.get(key, DOMAIN_OBJECT_BYTES_MAX);
    byte[] wrapKey = derive("domain-wrap");
    byte[] plain =
        SealedObject.open(
            keyVersion -> keyVersion == 1 ? wrapKey : null,
            DOMAIN_PURPOSE,
            context(id, version),
            object,
            0,
            object.length,
            DOMAIN_OBJECT_BYTES_MAX,
            key.value());
    DomainKeys keys = DomainKeys.decode(plain, key.value());
    Arrays.fill(plain, (byte) 0);
    if (keys.version != version) {
      throw CorruptRepositoryException.damaged(key + " holds keys of another version");
    }
    return keys;
  }

  private byte[] context(DomainId id, int version) {
    return SealedObject.concat(format.id().toBytes(), id.toBytes(), CryptoKit.be32(version));
  }

  private byte[] derive(String use) {
    return CryptoKit.hkdf(root, format.keySpace().toBytes(), "holdfast/v1/" + use);
  }

  @Override
  public void close() {
    Arrays.fill(root, (byte) 0);
  }
}
