package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeyedChunkIds;
import io.holdfast.repository.crypto.SealedObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A key domain: content in one domain is never compared with content in another, and destroying
/// its keys makes it unreadable. May be used from several threads.
public final class Domain {
  /// What backups may be in. All other domains, such as those of WAL, have a slash in their names.
  private static final Pattern DATA_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final DomainId id;
  private final RepositoryId repository;
  private final byte[] boundTo;
  private final byte[] keySpaceAndDomain;
  private final ConcurrentSkipListMap<Integer, DomainKeys> versions;
  private final IntFunction<Optional<DomainKeys>> later;
  private final DomainKeys current;
  private final KeyedChunkIds ids;
  private final byte[] pseudonymKey;
  private final Entropy entropy;

  /// @param later finds keys of a version that was made after `versions` were read
  Domain(
      FormatObject format,
      DomainId id,
      Map<Integer, DomainKeys> versions,
      IntFunction<Optional<DomainKeys>> later,
      Entropy entropy) {
    this.id = id;
    this.repository = format.id();
    this.boundTo = SealedObject.concat(format.id().toBytes(), id.toBytes());
    this.keySpaceAndDomain = SealedObject.concat(format.keySpace().toBytes(), id.toBytes());
    this.versions = new ConcurrentSkipListMap<>(versions);
    this.later = later;
    this.current = this.versions.lastEntry().getValue();
    this.ids = new KeyedChunkIds(current.identity);
    this.pseudonymKey = CryptoKit.hmac(current.identity, CryptoKit.ascii("holdfast/v1/pseudonym"));
    this.entropy = entropy;
  }

  /// @throws BackupException `BAD_ARGUMENT` if backups cannot be in a domain of that name
  public static void requireDataName(String name) {
    if (!DATA_NAME.matcher(name).matches()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(name) + " cannot be the name of a domain of backups",
          "Use 1 to 63 letters, digits, dots, hyphens and underscores, beginning with a letter or"
              + " digit.");
    }
  }

  /// Whether a domain of that name can be shredded at all: those of backups, but for the one that
  /// everything hangs on.
  public static boolean isShreddable(String name) {
    return DATA_NAME.matcher(name).matches() && !name.equals(Repository.MAIN_DOMAIN);
  }

  public DomainId id() {
    return id;
  }

  /// The name it was created under.
  public String name() {
    return current.name;
  }

  public ChunkIds ids() {
    return ids;
  }

  /// Encrypts bytes that are not a chunk.
  ///
  /// @param purpose the kind of object, at most 64 ASCII characters; separates keys
  /// @param context what the object is bound to, for example its name
  public byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length) {
    return SealedObject.seal(
        entropy, current.version, current.data, purpose, bound(context), plain, offset, length);
  }

  /// Decrypts what [#seal] made with the same purpose and context.
  ///
  /// @throws CorruptRepositoryException if it is anything else, or larger than `bytesMax` in plain
  public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
    return SealedObject.open(
        this::dataKey,
        purpose,
        bound(context),
        sealed,
        0,
        sealed.length,
        bytesMax,
        "an object of kind " + purpose);
  }

  /// A stand-in for a name that must not be readable in the store: 32 hexadecimal digits, the same
  /// each time.
  public String pseudonym(String text) {
    byte[] mac = CryptoKit.hmac(pseudonymKey, text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(mac, 0, Hex16.BYTES);
  }

  /// What somebody needs who shall open sealed objects of this domain and nothing else.
  public DomainGrant grant() {
    var dataKeys = new TreeMap<Integer, byte[]>();
    versions.forEach((version, keys) -> dataKeys.put(version, keys.data.clone()));
    return new DomainGrant(repository, id, pseudonymKey.clone(), dataKeys);
  }

  byte[] sealMeta(String purpose, String name, byte[] plain) {
    return SealedObject.seal(
        entropy,
        current.version,
        current.meta,
        purpose,
        bound(CryptoKit.ascii(name)),
        plain,
        0,
        plain.length);
  }

  byte[] openMeta(String purpose, String name, byte[] object, int offset, int length, int max) {
    return SealedObject.open(
        this::metaKey, purpose, bound(CryptoKit.ascii(name)), object, offset, length, max, name);
  }

  KeyedChunkIds keyedIds() {
    return ids;
  }

  DomainKeys current() {
    return current;
  }

  byte @Nullable [] dataKey(int version) {
    DomainKeys keys = keys(version);
    return keys == null ? null : keys.data;
  }

  byte @Nullable [] metaKey(int version) {
    DomainKeys keys = keys(version);
    return keys == null ? null : keys.meta;
  }

  /// A program that runs for months must read what others wrote after a rotation.
  private @Nullable DomainKeys keys(int version) {
    DomainKeys known = versions.get(version);
    if (known != null || version <= current.version) {
      return known;
    }
    Optional<DomainKeys> found = later.apply(version);
    found.ifPresent(keys -> versions.putIfAbsent(version, keys));
    return versions.get(version);
  }

  /// What a frame is bound to: key space, domain, type and id.
  byte[] frameContext(ChunkType type, ChunkId chunk) {
    byte[] context = Arrays.copyOf(keySpaceAndDomain, keySpaceAndDomain.length + 33);
    context[keySpaceAndDomain.length] = (byte) type.code();
    chunk.copyTo(context, keySpaceAndDomain.length + 1);
    return context;
  }

  byte[] bound(byte[] context) {
    return SealedObject.concat(boundTo, context);
  }

  void wipe() {
    for (DomainKeys keys : versions.values()) {
      Arrays.fill(keys.data, (byte) 0);
      Arrays.fill(keys.meta, (byte) 0);
      Arrays.fill(keys.gear, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "domain " + id;
  }
}
