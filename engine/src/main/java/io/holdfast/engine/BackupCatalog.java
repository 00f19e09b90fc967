package io.holdfast.engine;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.ShreddedDomainException;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The backups of a repository, oldest first, and what hides others. Nobody is told that there is
/// no such backup where one of those that cannot be read may be it.
public final class BackupCatalog {
  /// What stands for the newest backup of a source.
  public static final String LATEST = "latest";

  /// The kind of what a server saves of its own.
  public static final String SERVER_CATALOG = "catalog";

  /// Damaged entries that one message names.
  private static final int SHOWN_MAX = 10;

  private final List<StoredSnapshot> backups;
  private final List<CorruptRepositoryException> damaged;
  private final List<CorruptRepositoryException> undecided;
  private final Repository repository;

  private BackupCatalog(
      Repository repository, List<StoredSnapshot> backups, Repository.SnapshotListing listing) {
    this.repository = repository;
    this.backups = backups;
    this.damaged = listing.damaged();
    this.undecided = listing.undecided();
  }

  public static BackupCatalog of(Repository repository) throws IOException {
    Repository.SnapshotListing listing = repository.snapshotListing();
    return new BackupCatalog(
        repository,
        listing.snapshots().stream()
            .sorted(
                Comparator.comparing((StoredSnapshot b) -> b.record().startedAt())
                    .thenComparing(b -> b.record().name()))
            .toList(),
        listing);
  }

  public List<StoredSnapshot> all() {
    return backups;
  }

  /// Those that somebody made of a source, without the catalogs that servers save of themselves.
  public List<StoredSnapshot> ofPeople() {
    return backups.stream().filter(b -> !b.record().kind().equals(SERVER_CATALOG)).toList();
  }

  /// Entries that cannot be read or are missing: each may be a backup of any source.
  public List<CorruptRepositoryException> damaged() {
    return damaged;
  }

  /// Maintenance states that cannot be read: they may have removed backups that are listed.
  public List<CorruptRepositoryException> undecided() {
    return undecided;
  }

  /// The backups of one source, oldest first.
  public List<StoredSnapshot> ofSource(String source) {
    return backups.stream().filter(b -> b.record().source().equals(source)).toList();
  }

  /// The newest backup of a source that fits.
  public Optional<StoredSnapshot> newest(String source, Predicate<StoredSnapshot> fits) {
    return ofSource(source).reversed().stream().filter(fits).findFirst();
  }

  /// The backup named so, or the newest of `source` for `latest`. Two that began in the same second
  /// may have got one name; each has an id besides, which names it too.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`; `OBJECT_CORRUPT` if a damaged entry may be it;
  ///   `BAD_ARGUMENT` if several are named so
  public StoredSnapshot require(String nameOrLatest, String source) {
    if (nameOrLatest.equals(LATEST)) {
      return newest(source, _ -> true)
          .orElseThrow(
              () ->
                  shredded(
                          backup -> backup.source().equals(source),
                          "the last backup of source '" + source + "'")
                      .orElseGet(
                          () ->
                              absent(
                                  "source '" + source + "' has no backup in this repository",
                                  backups.isEmpty()
                                      ? "Make one with 'holdfast backup'."
                                      : "These sources have backups: "
                                          + sources()
                                          + " (choose with --source).")));
    }
    List<StoredSnapshot> named =
        backups.stream()
            .filter(
                b ->
                    b.record().name().equals(nameOrLatest)
                        || b.id().toString().equals(nameOrLatest))
            .toList();
    if (named.size() > 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          named.size() + " backups are named " + Quoted.of(nameOrLatest),
          "Give the id of the one that is meant: "
              + named.stream()
                  .limit(SHOWN_MAX)
                  .map(
                      b ->
                          b.id()
                              + " ("
                              + b.record().kind()
                              + ", began "
                              + b.record().startedAt()
                              + ")")
                  .collect(Collectors.joining(", "))
              + ".");
    }
    return named.stream()
        .findFirst()
        .orElseThrow(
            () ->
                shredded(backup -> backup.name().equals(nameOrLatest), "the backup " + nameOrLatest)
                    .orElseGet(
                        () ->
                            absent(
                                "there is no backup " + Quoted.of(nameOrLatest),
                                "'holdfast list' shows the backups of this repository.")));
  }

  /// The backup named so, or the newest of `source` that is of a kind for `latest`.
  ///
  /// @throws BackupException as [#require(String, String)]; `BAD_ARGUMENT` if it is of another kind
  public StoredSnapshot require(String nameOrLatest, String source, String kind) {
    if (!nameOrLatest.equals(LATEST)) {
      StoredSnapshot named = require(nameOrLatest, source);
      requireKind(named, kind);
      return named;
    }
    Optional<StoredSnapshot> newest = newest(source, b -> b.record().kind().equals(kind));
    if (newest.isEmpty() && !ofSource(source).isEmpty()) {
      throw absent(
          "source '" + source + "' has no backup of kind " + kind + " in this repository",
          "'holdfast list' shows the backups of this repository.");
    }
    return newest.orElseGet(() -> require(LATEST, source));
  }

  private static void requireKind(StoredSnapshot backup, String kind) {
    String other = backup.record().kind();
    if (!other.equals(kind)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          backup.record().name() + " is a backup of kind " + other + ", not " + kind,
          "'holdfast "
              + switch (other) {
                case "files" -> "files restore";
                case "dump" -> "dump restore";
                case SERVER_CATALOG -> "catalog rebuild";
                default -> "restore";
              }
              + "' restores it.");
    }
  }

  /// What says so, if a backup was there and was shredded.
  private Optional<BackupException> shredded(Predicate<SnapshotRecord> wanted, String what) {
    return Failures.translate("look for what was shredded", () -> repository.shreddedBackup(wanted))
        .map(domain -> ShreddedDomainException.of(what, domain));
  }

  private BackupException absent(String message, String hint) {
    if (damaged.isEmpty()) {
      return new BackupException(ErrorCode.BACKUP_NOT_FOUND, message, hint);
    }
    String entries = damaged.size() == 1 ? "1 entry" : damaged.size() + " entries";
    CorruptRepositoryException hidden =
        CorruptRepositoryException.damaged(
            message
                + " that can be read, and the list of backups is damaged: "
                + entries
                + " may be it");
    damaged.stream().limit(SHOWN_MAX).forEach(hidden::addSuppressed);
    return hidden;
  }

  private String sources() {
    return backups.stream()
        .map(b -> b.record().source())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
