package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What opens the sealed objects of one domain and finds their names, and nothing else: not the
/// root key, not the keys of chunks' identities, not those of any other domain. It is what a
/// database host is given. Not printed but by [#print]. *Thread-safe.*
public final class DomainGrant {
  private static final String REPOSITORY = "repository-id";
  private static final String DOMAIN = "domain-id";
  private static final String NAMES = "names-key";
  private static final String DATA = "data-key-";
  private static final int VERSIONS_MAX = 1000;

  private final RepositoryId repository;
  private final DomainId domain;
  private final byte[] namesKey;
  private final TreeMap<Integer, byte[]> dataKeys;

  DomainGrant(
      RepositoryId repository, DomainId domain, byte[] namesKey, Map<Integer, byte[]> dataKeys) {
    this.repository = repository;
    this.domain = domain;
    this.namesKey = namesKey;
    this.dataKeys = new TreeMap<>(dataKeys);
  }

  /// The repository whose domain it is.
  public RepositoryId repository() {
    return repository;
  }

  /// Decrypts what the domain sealed with the same purpose and context, as [Domain#open] does.
  ///
  /// @throws CorruptRepositoryException if it is anything else, or larger than `bytesMax` in plain
  public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
    byte[] bound = SealedObject.concat(repository.toBytes(), domain.toBytes(), context);
    return SealedObject.open(
        dataKeys::get,
        purpose,
        bound,
        sealed,
        0,
        sealed.length,
        bytesMax,
        "an object of kind " + purpose);
  }

  /// The same stand-in for a name as [Domain#pseudonym].
  public String pseudonym(String text) {
    byte[] mac = CryptoKit.hmac(namesKey, text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(mac, 0, Hex16.BYTES);
  }

  /// Makes sure that a store holds the repository that this is for.
  ///
  /// @throws BackupException `CAPABILITY_UNUSABLE` if it is another one, `REPOSITORY_MISSING`,
  ///   `REPOSITORY_TOO_NEW`
  public void requireRepositoryIn(BlobStore store) throws IOException {
    RepositoryId found = Repository.readFormat(store).id();
    if (!found.equals(repository)) {
      throw new BackupException(
          ErrorCode.CAPABILITY_UNUSABLE,
          "the repository at "
              + store.describe()
              + " is "
              + found
              + ", the capability is for "
              + repository,
          "Bring the right repository back to that place, or name its place with --repo.");
    }
  }

  /// Lines `name: value` that [#parse] reads. Whoever has them and the repository can read the
  /// domain.
  public Secret print() {
    StringBuilder text = new StringBuilder(512);
    line(text, REPOSITORY, repository.hex());
    line(text, DOMAIN, domain.hex());
    line(text, NAMES, HexFormat.of().formatHex(namesKey));
    dataKeys.forEach((version, key) -> line(text, DATA + version, HexFormat.of().formatHex(key)));
    return new Secret(text.toString());
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(": ").append(value).append('\n');
  }

  /// Reads what [#print] made; lines of other names are ignored.
  ///
  /// @throws BackupException `CAPABILITY_UNUSABLE`, without telling a key
  public static DomainGrant parse(Secret text) {
    Map<String, String> fields = new LinkedHashMap<>();
    TreeMap<Integer, byte[]> dataKeys = new TreeMap<>();
    for (String line : text.expose().lines().toList()) {
      int colon = line.indexOf(": ");
      String name = colon < 0 ? "" : line.substring(0, colon);
      if (name.startsWith(DATA)) {
        var version = ObjectNames.number(name.substring(DATA.length()));
        if (version.isEmpty() || dataKeys.size() == VERSIONS_MAX) {
          throw unusable("has a key '" + name + "' that makes no sense");
        }
        dataKeys.put(version.getAsInt(), key(name, line.substring(colon + 2)));
      } else if (List.of(REPOSITORY, DOMAIN, NAMES).contains(name)
          && fields.put(name, line.substring(colon + 2)) != null) {
        throw unusable("says '" + name + "' twice");
      }
    }
    if (dataKeys.isEmpty()) {
      throw unusable("has no key");
    }
    return new DomainGrant(
        new RepositoryId(identifier(fields, REPOSITORY)),
        new DomainId(identifier(fields, DOMAIN)),
        key(NAMES, fields.getOrDefault(NAMES, "")),
        dataKeys);
  }

  private static String identifier(Map<String, String> fields, String name) {
    String hex = fields.getOrDefault(name, "");
    if (!Hex16.isHex(hex)) {
      throw unusable("has no " + name + " of 32 hexadecimal digits");
    }
    return hex;
  }

  private static byte[] key(String name, String hex) {
    if (hex.length() != 2 * CryptoKit.KEY_BYTES || !Hex16.isLowerHex(hex)) {
      throw unusable("has no " + name + " of 64 hexadecimal digits");
    }
    return HexFormat.of().parseHex(hex);
  }

  private static BackupException unusable(String problem) {
    return new BackupException(
        ErrorCode.CAPABILITY_UNUSABLE,
        "the capability " + problem,
        "It is damaged: restore again to get a new one.");
  }

  @Override
  public String toString() {
    return "grant of domain " + domain;
  }
}
