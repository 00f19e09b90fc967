package io.holdfast.server.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.Sources;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// Backups of sources by their ids, with the way to them.
@Component
public final class InstanceBackups {
  private final BackupTable table;
  private final RepositoryLooks looks;
  private final Repositories repositories;
  private final Sources sources;

  InstanceBackups(
      BackupTable table, RepositoryLooks looks, Repositories repositories, Sources sources) {
    this.table = table;
    this.looks = looks;
    this.repositories = repositories;
    this.sources = sources;
  }

  /// A backup and how to get at it.
  ///
  /// @param snapshot its permanent id
  /// @param via the source of the configuration whose repository it is in: its own, if that is
  ///   configured here
  public record Located(BackupEntry entry, String snapshot, String via) {}

  /// Backups of accounts are not there.
  ///
  /// @param type what it is said to be; empty if nobody said
  /// @throws BackupException `BACKUP_NOT_FOUND`; `BAD_ARGUMENT` if it is of another type
  public Located require(String id, Optional<String> type) {
    BackupEntry entry =
        table
            .findOfInstance(id)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.BACKUP_NOT_FOUND,
                        "there is no backup " + Quoted.of(id),
                        "GET /api/admin/backup/list lists them."));
    type.filter(it -> !it.equals(entry.type()) && !it.equals(entry.kind()))
        .ifPresent(
            other -> {
              throw new BackupException(
                  ErrorCode.BAD_ARGUMENT,
                  entry.id() + " is of type " + entry.type() + ", not " + Quoted.of(other),
                  "Leave 'type' out, or give that of the backup.");
            });
    int between = entry.path().indexOf('#');
    return new Located(
        entry,
        entry.path().substring(between + 1),
        via(entry.source(), entry.path().substring(0, between)));
  }

  private String via(String source, String repository) {
    Map<String, RepositoryLooks.Look> found = looks.all();
    Optional<Repositories.Repository> holds =
        repositories.all().stream()
            .filter(
                it ->
                    Optional.ofNullable(found.get(it.place()))
                        .flatMap(RepositoryLooks.Look::repository)
                        .filter(repository::equals)
                        .isPresent())
            .findFirst();
    if (holds.isPresent() && !holds.get().sources().contains(source)) {
      return holds.get().sources().getFirst();
    }
    var _ = sources.require(source);
    return source;
  }
}
