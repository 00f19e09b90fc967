package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.repository.IndexLoader.Use;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.BlobStore.AfterDelete;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Destroys the keys of a domain, so that nothing that was ever sealed under them can be read, by
/// whatever key of the repository. First a tombstone says so, for ever: from then on nobody makes
/// keys for the domain or commits into it. Then its backups are forgotten and its keys deleted. A
/// run that ends early is completed by the next one; `docs/format/repository.md` has the rules.
///
/// What it cannot reach: copies that somebody kept of the keys or of the objects that hold them,
/// and repositories of the same key space, which have the same keys. *Confined.*
public final class Shredding {
  private static final int ROUNDS_MAX = 5;
  private static final int NAMED_MAX = 5;

  private final Repository repository;
  private final String name;
  private final DomainId id;

  Shredding(Repository repository, String name) {
    this.repository = repository;
    this.name = name;
    this.id = repository.root().domainId(name);
  }

  /// What there is to shred.
  ///
  /// @param already if it was decided before: then what is left is little or nothing
  /// @param backups that would be no more
  /// @param keyVersions objects that hold keys of the domain
  /// @param keysBelow what their names begin with, for a look by the means of the store
  /// @param packs of the domain, which the next prune removes
  /// @param openSessions backups that run or were cut off: what of them goes into the domain is not
  ///   committed any more
  public record Plan(
      String domain,
      Optional<ShreddedDomain> already,
      List<StoredSnapshot> backups,
      int keyVersions,
      String keysBelow,
      long packs,
      long packBytes,
      int openSessions) {
    public Plan {
      backups = List.copyOf(backups);
    }
  }

  /// What to do where the store keeps what is deleted.
  public enum KeptKeys {
    /// Nothing at all.
    REFUSED,
    /// As much as is possible. That is no destruction: whoever can read what the store keeps, and
    /// has a key of the repository, can read everything.
    ACCEPTED
  }

  /// What was done.
  ///
  /// @param afterDelete what the store says of deleted objects; the keys are destroyed only if they
  ///   are gone
  /// @param forgotten backups that were forgotten by this run
  /// @param deletedKeys objects that are gone
  public record Report(
      ShreddedDomain domain,
      AfterDelete afterDelete,
      List<StoredSnapshot> forgotten,
      int deletedKeys) {
    public Report {
      forgotten = List.copyOf(forgotten);
    }
  }

  /// What [#run] would do now. Reads only.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if there is no such domain or it cannot be shredded
  public Plan plan() throws IOException {
    requireShreddable();
    Optional<ShreddedDomain> already = repository.domains().shreds().find(id);
    List<BlobKey> keys = keys();
    if (keys.isEmpty() && already.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "there is no domain " + Quoted.of(name),
          "'holdfast key list' shows the domains.");
    }
    List<PackSummary> packs =
        repository.loader().load(Use.READ).index().packs().stream()
            .filter(pack -> pack.domain().equals(id))
            .toList();
    MaintenanceState state = repository.maintenance().newest().state();
    return new Plan(
        name,
        already,
        backups(),
        keys.size(),
        ObjectNames.DOMAINS + id.hex() + "/",
        packs.size(),
        packs.stream().mapToLong(PackSummary::bytes).sum(),
        SessionTable.read(repository.store(), repository.log(), state).open().size());
  }

  /// Shreds the domain, or completes what an earlier run began.
  ///
  /// @throws BackupException `BAD_ARGUMENT` as [#plan]; `KEYS_WOULD_REMAIN` if the store keeps what
  ///   is deleted, and nothing was done; `SHRED_INCOMPLETE` if keys are still there
  public Report run(KeptKeys kept) throws IOException {
    Plan plan = plan();
    AfterDelete asked = afterDelete();
    // What the store does now says nothing of keys that an earlier run has deleted.
    AfterDelete afterDelete =
        plan.already().isPresent() && asked == AfterDelete.GONE ? AfterDelete.UNKNOWN : asked;
    if (afterDelete == AfterDelete.KEPT && kept == KeptKeys.REFUSED) {
      throw new BackupException(
          ErrorCode.KEYS_WOULD_REMAIN,
          "nothing was done: the store keeps what is deleted (versions, soft delete or a lock), so"
              + " the keys of the domain '"
              + name
              + "' could not be destroyed",
          "Remove what is kept by the means of the store: docs/guide/keys.md says how for each."
              + " With --although-kept the domain is closed and its backups are gone, but not"
              + " destroyed.");
    }
    ShreddedDomain domain =
        repository
            .domains()
            .shreds()
            .put(
                repository.puts(),
                new ShreddedDomain(id, name, repository.options().clock().instant()));
    // Read after the tombstone: what is committed later counts as shredded anyway.
    List<StoredSnapshot> backups = backups();
    repository.domains().forget(id);
    try {
      repository.forget(backups.stream().map(StoredSnapshot::id).toList());
    } catch (IOException | RuntimeException e) {
      // The tombstone hides them anyway; the keys are what matters.
      deleteKeysAfter(e);
      throw e;
    }
    return new Report(domain, afterDelete, backups, deleteKeys());
  }

  private void deleteKeysAfter(Exception failure) {
    try {
      int _ = deleteKeys();
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private AfterDelete afterDelete() throws IOException {
    byte[] probe = repository.options().entropy().bytes(Hex16.BYTES);
    try {
      return repository.store().afterDelete(ObjectNames.probe(HexFormat.of().formatHex(probe)));
    } catch (BlobLockedException e) {
      return AfterDelete.KEPT;
    }
  }

  private void requireShreddable() {
    if (!Domain.isShreddable(name)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the domain " + Quoted.of(name) + " cannot be shredded",
          name.equals(Repository.MAIN_DOMAIN)
              ? "Everything hangs on it: to destroy it is to destroy the repository."
              : "Only domains of backups can. Write-ahead log goes with 'holdfast prune' when no"
                  + " backup needs it any more.");
    }
  }

  private List<StoredSnapshot> backups() throws IOException {
    Repository.SnapshotListing listing = repository.snapshotListing();
    return Stream.concat(listing.snapshots().stream(), listing.shredded().stream())
        .filter(snapshot -> snapshot.record().domain().equals(name))
        .toList();
  }

  /// Looks at each: a listing that lags behind shows what was deleted.
  private List<BlobKey> keys() throws IOException {
    List<BlobKey> listed = new ArrayList<>();
    repository.store().list(ObjectNames.DOMAINS + id.hex() + "/", blob -> listed.add(blob.key()));
    List<BlobKey> keys = new ArrayList<>();
    for (BlobKey key : listed) {
      if (repository.store().stat(key).isPresent()) {
        keys.add(key);
      }
    }
    return keys;
  }

  /// Deletes until none is listed, and asks for each one again: keys may have come meanwhile from
  /// somebody who had looked before the tombstone was there.
  private int deleteKeys() throws IOException {
    List<BlobKey> deleted = new ArrayList<>();
    String refusal = "";
    List<BlobKey> left = keys();
    for (int round = 0; round < ROUNDS_MAX && !left.isEmpty(); round++) {
      for (BlobKey key : left) {
        refusal = delete(key, refusal);
        deleted.add(key);
      }
      left = keys();
    }
    for (BlobKey key : deleted) {
      if (!left.contains(key) && repository.store().stat(key).isPresent()) {
        left.add(key);
      }
    }
    if (!left.isEmpty()) {
      throw incomplete(left, refusal);
    }
    return (int) deleted.stream().distinct().count();
  }

  private String delete(BlobKey key, String refusal) throws IOException {
    Deletions deletions = new Deletions(repository.store());
    deletions.delete(key, 0);
    return refusal.isEmpty() ? deletions.refusal() : refusal;
  }

  private BackupException incomplete(List<BlobKey> left, String refusal) {
    return new BackupException(
        ErrorCode.SHRED_INCOMPLETE,
        "the domain '"
            + name
            + "' is NOT destroyed: "
            + left.size()
            + (left.size() == 1 ? " object" : " objects")
            + " with its keys could not be deleted: "
            + String.join(", ", left.stream().limit(NAMED_MAX).map(BlobKey::toString).toList())
            + (refusal.isEmpty() ? "" : " (" + refusal + ")"),
        "Its backups are forgotten and it takes no more, but whoever has a key of the repository"
            + " can still read what is stored. Use credentials that may delete, or wait for the end"
            + " of the lock, and run 'holdfast key shred' again.");
  }
}
