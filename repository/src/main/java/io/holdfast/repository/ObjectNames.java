package io.holdfast.repository;

import io.holdfast.storage.BlobKey;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Every name in a repository, made and taken apart in one place.
final class ObjectNames {
  static final BlobKey FORMAT = new BlobKey("format/v1");
  static final String SLOTS = "keys/slot/";
  static final String DOMAINS = "keys/domain/";
  static final String LOG = "log/";
  static final String PACKS = "packs/";
  static final String DELTAS = "idx/d/";
  static final String BASES = "idx/b/";
  static final String FORGOTTEN = "forgot/";
  static final String SHREDDED = "shredded/";
  static final String ERASED = "erased/";
  static final String MAINTENANCE = "maint/";
  static final String CHECKS = "check/";
  static final String PROBES = "probe/";

  private ObjectNames() {}

  static BlobKey keySlot(String slotHex) {
    return new BlobKey(SLOTS + slotHex);
  }

  static BlobKey domain(DomainId id, int version) {
    return new BlobKey(DOMAINS + id.hex() + "/" + version);
  }

  static BlobKey log(SessionId session, int slot) {
    return new BlobKey(LOG + session.hex() + "/" + slot);
  }

  static BlobKey pack(PackId id) {
    String sha = id.digest().hex();
    return new BlobKey(
        PACKS
            + sha.substring(0, 2)
            + "/"
            + id.session().hex()
            + "-"
            + String.format("%08x", id.sequence())
            + "-"
            + sha);
  }

  static BlobKey delta(SessionId session, int number) {
    return new BlobKey(DELTAS + session.hex() + "-" + number);
  }

  static BlobKey base(String idHex) {
    return new BlobKey(BASES + idHex);
  }

  static BlobKey maintenance(long number) {
    return new BlobKey(MAINTENANCE + number);
  }

  static BlobKey forgotten(SnapshotId id) {
    return new BlobKey(FORGOTTEN + id);
  }

  static BlobKey probe(String idHex) {
    return new BlobKey(PROBES + idHex);
  }

  static BlobKey shredded(DomainId id) {
    return new BlobKey(SHREDDED + id.hex());
  }

  static BlobKey erased(String idHex) {
    return new BlobKey(ERASED + idHex);
  }

  /// The id of a record below `erased/`; empty if it is none.
  static String parseErased(BlobKey key) {
    String id = key.value().startsWith(ERASED) ? key.value().substring(ERASED.length()) : "";
    return Hex16.isHex(id) ? id : "";
  }

  static Optional<DomainId> parseShredded(BlobKey key) {
    String id = key.value().startsWith(SHREDDED) ? key.value().substring(SHREDDED.length()) : "";
    return Hex16.isHex(id) ? Optional.of(new DomainId(id)) : Optional.empty();
  }

  /// Session and slot of a name under `log/`.
  static Optional<SnapshotId> parseLog(BlobKey key) {
    return parseNumbered(key, LOG, '/');
  }

  /// Session and number of a name under `idx/d/`.
  static Optional<SnapshotId> parseDelta(BlobKey key) {
    return parseNumbered(key, DELTAS, '-');
  }

  static Optional<SnapshotId> parseForgotten(BlobKey key) {
    return parseNumbered(key, FORGOTTEN, '.');
  }

  static OptionalLong parseMaintenance(BlobKey key) {
    String name = key.value();
    if (!name.startsWith(MAINTENANCE)) {
      return OptionalLong.empty();
    }
    String digits = name.substring(MAINTENANCE.length());
    boolean canonical = digits.matches("0|[1-9][0-9]{0,17}");
    return canonical ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
  }

  static Optional<PackId> parsePack(BlobKey key) {
    String name = key.value();
    if (!name.matches("packs/[0-9a-f]{2}/[0-9a-f]{32}-[0-7][0-9a-f]{7}-[0-9a-f]{64}")) {
      return Optional.empty();
    }
    String rest = name.substring(PACKS.length() + 3);
    PackId id =
        new PackId(
            new SessionId(rest.substring(0, 32)),
            Integer.parseInt(rest.substring(33, 41), 16),
            Digest.parse(rest.substring(42)));
    return pack(id).equals(key) ? Optional.of(id) : Optional.empty();
  }

  private static Optional<SnapshotId> parseNumbered(BlobKey key, String prefix, char separator) {
    String name = key.value();
    int at = prefix.length() + 32;
    if (!name.startsWith(prefix) || name.length() < at + 2 || name.charAt(at) != separator) {
      return Optional.empty();
    }
    String session = name.substring(prefix.length(), at);
    OptionalInt number = number(name.substring(at + 1));
    return Hex16.isHex(session) && number.isPresent()
        ? Optional.of(new SnapshotId(new SessionId(session), number.getAsInt()))
        : Optional.empty();
  }

  static OptionalInt number(String digits) {
    boolean canonical = digits.matches("0|[1-9][0-9]{0,8}");
    return canonical ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
  }
}
