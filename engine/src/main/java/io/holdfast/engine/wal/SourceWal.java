package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.repository.Domain;
import io.holdfast.repository.DomainGrant;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalSealer;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The WAL archives of a source. The WAL of a source is a key domain of its own, so that a key for
/// it can be handed out without the key of anything else. A source has one archive for each cluster
/// (system identifier) it ever was.
public final class SourceWal {
  private SourceWal() {}

  /// Opens the archive of one cluster for writing; records it if it is new.
  public static WalArchive open(
      Repository repository, String source, long systemIdentifier, int segmentBytes)
      throws IOException {
    return WalArchive.open(
        repository.store(),
        WalSealer.of(keys(repository, source)),
        source,
        systemIdentifier,
        segmentBytes);
  }

  /// Makes the keys of a source's WAL, unless there are some: afterwards somebody who may not write
  /// keys can store its WAL.
  ///
  /// @return whether there were none
  public static boolean makeKeys(Repository repository, String source) throws IOException {
    boolean isNew = repository.findDomain(domain(source)).isEmpty();
    Domain _ = repository.domain(domain(source));
    return isNew;
  }

  private static Domain keys(Repository repository, String source) throws IOException {
    try {
      return repository.domain(domain(source));
    } catch (StoreRefusedException e) {
      throw new StoreRefusedException(
          e.code(),
          "source '"
              + source
              + "' has no keys for its WAL yet, and these credentials may not make them: "
              + FileReason.of(e),
          "Run 'holdfast key add-source "
              + source
              + "' once, with credentials that may write below keys/.",
          e);
    }
  }

  /// All archives of a source.
  public static List<WalArchive> all(Repository repository, String source) throws IOException {
    Optional<Domain> keys = repository.findDomain(domain(source));
    if (keys.isEmpty()) {
      return List.of();
    }
    WalSealer sealer = WalSealer.of(keys.get());
    return WalArchive.lineages(repository.store(), sealer).stream()
        .filter(lineage -> lineage.source().equals(source))
        .map(lineage -> WalArchive.of(repository.store(), sealer, lineage))
        .toList();
  }

  /// What opens the WAL of a source and nothing else.
  ///
  /// @throws BackupException `WAL_GAP` if there is none
  public static DomainGrant grant(Repository repository, String source) throws IOException {
    return repository
        .findDomain(domain(source))
        .map(Domain::grant)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.WAL_GAP,
                    "there is no WAL of source '" + source + "'",
                    "Was the repository copied as a whole? 'holdfast verify --all' shows what is missing."));
  }

  /// The archive of one cluster, if any WAL of it was ever stored.
  public static Optional<WalArchive> find(
      Repository repository, String source, long systemIdentifier) throws IOException {
    return all(repository, source).stream()
        .filter(archive -> archive.lineage().systemIdentifier() == systemIdentifier)
        .findFirst();
  }

  /// The archive of one cluster.
  ///
  /// @throws BackupException `WAL_GAP` if there is none
  public static WalArchive require(Repository repository, String source, long systemIdentifier)
      throws IOException {
    return find(repository, source, systemIdentifier)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.WAL_GAP,
                    "there is no WAL of cluster "
                        + Long.toUnsignedString(systemIdentifier)
                        + " of source '"
                        + source
                        + "'",
                    "Was the repository copied as a whole? 'holdfast verify --all' shows what is missing."));
  }

  private static String domain(String source) {
    return "wal/" + source;
  }
}
