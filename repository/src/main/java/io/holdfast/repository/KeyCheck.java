package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.repository.Finding.Kind;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Checks `format/`, `keys/`, `maint/`, `forgot/` and `erased/`, and finds names that belong to
/// nothing.
final class KeyCheck {
  private static final List<String> KNOWN =
      List.of(
          ObjectNames.LOG,
          ObjectNames.PACKS,
          ObjectNames.DELTAS,
          ObjectNames.BASES,
          ObjectNames.CHECKS,
          ObjectNames.PROBES,
          "wal/");

  private final Verification.Parts parts;

  KeyCheck(Verification.Parts parts) {
    this.parts = parts;
  }

  void run(List<Finding> findings) throws IOException {
    List<BlobStat> objects = new ArrayList<>();
    parts
        .store()
        .list(
            "",
            blob -> {
              if (KNOWN.stream().noneMatch(prefix -> blob.key().value().startsWith(prefix))) {
                objects.add(blob);
              }
            });
    long newest = parts.maintenance().newest().state().number();
    boolean formatSeen = false;
    Map<DomainId, ShreddedDomain> shredded = parts.domains().shreds().all();
    for (BlobStat object : objects) {
      Optional<ShreddedDomain> gone = shreddedKeys(object, shredded);
      if (gone.isPresent() && parts.store().stat(object.key()).isEmpty()) {
        // Destroyed as it should be; a listing may show it for a while.
        continue;
      }
      if (gone.isPresent()) {
        String problem =
            "keys of the shredded domain '"
                + gone.get().name()
                + "' are still there: run 'holdfast key shred "
                + gone.get().name()
                + "' again";
        findings.add(new Finding(Kind.DAMAGED, object.key().value(), problem));
        continue;
      }
      formatSeen |= object.key().equals(ObjectNames.FORMAT);
      try {
        if (!checkOne(object)) {
          findings.add(new Finding(Kind.STRAY, object.key().value(), "nothing has such a name"));
        }
      } catch (CorruptRepositoryException e) {
        findings.add(
            isSuperseded(object, newest)
                ? new Finding(Kind.RETIRED, object.key().value(), e.text())
                : Finding.of(e, object.key().value()));
      } catch (NoSuchBlobException e) {
        // A key that was removed since the listing, or that one which lags behind still shows.
        if (!object.key().value().startsWith(ObjectNames.SLOTS)) {
          findings.add(new Finding(Kind.MISSING, object.key().value(), "the object is gone"));
        }
      } catch (BackupException e) {
        findings.add(new Finding(Kind.DAMAGED, object.key().value(), e.text()));
      }
    }
    if (!formatSeen) {
      findings.add(new Finding(Kind.MISSING, "format/v1", "the object is missing"));
    }
    BlobKey main =
        ObjectNames.domain(parts.domains().main().id(), parts.domains().main().current().version);
    if (objects.stream().noneMatch(object -> object.key().equals(main))) {
      findings.add(new Finding(Kind.MISSING, main.value(), "without it no backup can be read"));
    }
  }

  private static Optional<ShreddedDomain> shreddedKeys(
      BlobStat object, Map<DomainId, ShreddedDomain> shredded) {
    String name = object.key().value();
    return shredded.values().stream()
        .filter(domain -> name.startsWith(ObjectNames.DOMAINS + domain.id().hex() + "/"))
        .findFirst();
  }

  /// What an older state says no longer matters to anybody.
  private static boolean isSuperseded(BlobStat object, long newest) {
    var number = ObjectNames.parseMaintenance(object.key());
    return number.isPresent() && number.getAsLong() < newest;
  }

  /// False if the name belongs to nothing.
  private boolean checkOne(BlobStat object) throws IOException {
    String name = object.key().value();
    if (object.key().equals(ObjectNames.FORMAT)) {
      FormatObject read = FormatObject.decode(get(object, FormatObject.BYTES_MAX));
      if (!read.equals(parts.format())) {
        throw CorruptRepositoryException.damaged("format/v1 is another one than a moment ago");
      }
      return true;
    }
    if (name.startsWith(ObjectNames.SLOTS)) {
      String id = name.substring(ObjectNames.SLOTS.length());
      return KeySlot.decode(id, get(object, KeySlot.BYTES)).id().equals(id);
    }
    if (name.startsWith(ObjectNames.DOMAINS)) {
      return checkDomain(name.substring(ObjectNames.DOMAINS.length()));
    }
    if (name.startsWith(ObjectNames.MAINTENANCE)) {
      return checkState(object);
    }
    if (name.startsWith(ObjectNames.SHREDDED)) {
      return checkShredded(object);
    }
    if (name.startsWith(ObjectNames.ERASED)) {
      return checkErased(object);
    }
    return name.startsWith(ObjectNames.FORGOTTEN) && checkTombstone(object);
  }

  private boolean checkDomain(String rest) throws IOException {
    int slash = rest.indexOf('/');
    if (slash < 0 || !Hex16.isHex(rest.substring(0, slash))) {
      return false;
    }
    OptionalInt version = ObjectNames.number(rest.substring(slash + 1));
    if (version.isEmpty()) {
      return false;
    }
    DomainId id = new DomainId(rest.substring(0, slash));
    DomainKeys keys = parts.root().domainKeys(parts.store(), id, version.getAsInt());
    if (!parts.root().domainId(keys.name).equals(id)) {
      throw CorruptRepositoryException.damaged("keys of domain " + id + " are of another domain");
    }
    return true;
  }

  private boolean checkState(BlobStat object) throws IOException {
    var number = ObjectNames.parseMaintenance(object.key());
    if (number.isEmpty()) {
      return false;
    }
    requireGenuine(object, parts.maintenance().read(number.getAsLong()));
    return true;
  }

  private static void requireGenuine(BlobStat object, MaintenanceLog.Found<?> found) {
    switch (found) {
      case MaintenanceLog.Genuine<?> _ -> {}
      case MaintenanceLog.Forged<?> _ ->
          throw CorruptRepositoryException.damaged(
              object.key()
                  + " is whole, but was not written by maintenance: somebody put it there; it is"
                  + " ignored");
      case MaintenanceLog.Damaged<?>(CorruptRepositoryException why) -> throw why;
      case MaintenanceLog.Absent<?> _ ->
          throw CorruptRepositoryException.missing(object.key() + " is gone");
    }
  }

  private boolean checkTombstone(BlobStat object) throws IOException {
    var id = ObjectNames.parseForgotten(object.key());
    if (id.isEmpty()) {
      return false;
    }
    MaintenanceLog.Found<?> found = parts.maintenance().tombstone(id.get());
    if (!(found instanceof MaintenanceLog.Absent<?>)) {
      // One that is gone went with the backup that it speaks of.
      requireGenuine(object, found);
    }
    return true;
  }

  private boolean checkShredded(BlobStat object) throws IOException {
    var id = ObjectNames.parseShredded(object.key());
    if (id.isEmpty()) {
      return false;
    }
    requireGenuine(object, parts.domains().shreds().read(id.get()));
    return true;
  }

  private boolean checkErased(BlobStat object) throws IOException {
    if (ObjectNames.parseErased(object.key()).isEmpty()) {
      return false;
    }
    requireGenuine(
        object,
        parts.maintenance().unwrap(object.key(), ErasureLog.PURPOSE, ErasureLog.OBJECT_BYTES_MAX));
    return true;
  }

  private byte[] get(BlobStat object, int bytesMax) throws IOException {
    BlobKey key = object.key();
    if (object.bytes() > bytesMax) {
      throw CorruptRepositoryException.damaged(key + " has " + object.bytes() + " bytes");
    }
    return parts.store().get(key, bytesMax);
  }
}
