package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Which cluster a source is now. Over the years a source may be several, one after the other, each
/// with WAL of its own: the newest backup says which one counts.
final class CurrentCluster {
  /// As backups name it in their attributes.
  private static final String SYSTEM_IDENTIFIER = "systemIdentifier";

  private CurrentCluster() {}

  /// The archive of the cluster that a source is now; empty if no WAL of the source is stored, or
  /// if nobody can say which of several it is.
  static Optional<WalArchive> archive(Repository repository, String source) throws IOException {
    List<WalArchive> archives = SourceWal.all(repository, source);
    if (archives.size() == 1) {
      return Optional.of(archives.getFirst());
    }
    Optional<Long> newest = archives.isEmpty() ? Optional.empty() : newest(repository, source);
    return archives.stream()
        .filter(
            archive -> newest.filter(id -> id == archive.lineage().systemIdentifier()).isPresent())
        .findFirst();
  }

  /// The archive that a server asks for by a file it wants at `destination`: that of the cluster
  /// whose data directory this is, elsewhere the only one that the source has. Which of several it
  /// would be is not guessed: an answer about the wrong one could end a recovery early.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND` if the source has no WAL at all,
  ///   `DIFFERENT_CLUSTER`, or `BAD_ARGUMENT` if nobody can say
  static WalArchive askedAt(Repository repository, String source, Path destination)
      throws IOException {
    List<WalArchive> archives = SourceWal.all(repository, source);
    if (archives.isEmpty()) {
      throw new BackupException(
          ErrorCode.BACKUP_NOT_FOUND,
          "the repository has no WAL of source '" + source + "'",
          "Name the source with --source; 'holdfast list' shows the sources.");
    }
    Optional<ControlFile> control = controlBeside(destination);
    if (control.isPresent()) {
      long asks = control.get().systemIdentifier();
      return archives.stream()
          .filter(archive -> archive.lineage().systemIdentifier() == asks)
          .findFirst()
          .orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.DIFFERENT_CLUSTER,
                      "the server at "
                          + destination.toAbsolutePath()
                          + " is cluster "
                          + Long.toUnsignedString(asks)
                          + ", of which source '"
                          + source
                          + "' has no WAL",
                      "Name the right --source; 'holdfast wal status' shows the clusters of each."));
    }
    if (archives.size() != 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "source '"
              + source
              + "' has WAL of "
              + archives.size()
              + " clusters, and "
              + destination
              + " lies in no data directory that could say which one is meant",
          "Restore with 'holdfast restore', which stages the right WAL beside the data.");
    }
    return archives.getFirst();
  }

  /// Refuses WAL of another cluster than the source is.
  ///
  /// @param what that WAL, or who has it, for the message
  /// @throws BackupException `DIFFERENT_CLUSTER`
  static void require(Repository repository, String source, long systemIdentifier, String what)
      throws IOException {
    List<WalArchive> archives = SourceWal.all(repository, source);
    if (archives.isEmpty()
        || archives.stream()
            .anyMatch(archive -> archive.lineage().systemIdentifier() == systemIdentifier)) {
      return;
    }
    Optional<Long> newest = newest(repository, source);
    if (newest.isEmpty() || newest.get() != systemIdentifier) {
      throw new BackupException(
          ErrorCode.DIFFERENT_CLUSTER,
          what
              + " is of cluster "
              + Long.toUnsignedString(systemIdentifier)
              + ", and source '"
              + source
              + "' is cluster "
              + Long.toUnsignedString(
                  newest.orElse(archives.getFirst().lineage().systemIdentifier())),
          "Name the right --source. If the cluster was made anew, take a backup of it first: then"
              + " its WAL is taken too.");
    }
  }

  /// The control file of the data directory in whose `pg_wal` a file lies.
  static Optional<ControlFile> controlBeside(Path walFile) throws IOException {
    Path directory = walFile.toAbsolutePath().getParent();
    Path data = directory == null ? null : directory.getParent();
    if (directory == null
        || data == null
        || !directory.endsWith("pg_wal")
        || !Files.isReadable(data.resolve(ControlFile.PATH))) {
      return Optional.empty();
    }
    try {
      return Optional.of(ControlFile.read(data));
    } catch (BackupException _) {
      return Optional.empty(); // then the archive must tell
    }
  }

  private static Optional<Long> newest(Repository repository, String source) throws IOException {
    return BackupCatalog.of(repository)
        .newest(source, backup -> backup.record().attributes().containsKey(SYSTEM_IDENTIFIER))
        .map(backup -> backup.record().attributes().get(SYSTEM_IDENTIFIER))
        .map(Long::parseUnsignedLong);
  }
}
