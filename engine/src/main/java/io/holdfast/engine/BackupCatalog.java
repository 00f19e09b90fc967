package io.holdfast.engine;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The backups of a repository, oldest first.
public final class BackupCatalog {
  /// What stands for the newest backup of a source.
  public static final String LATEST = "latest";

  private final List<StoredSnapshot> backups;

  private BackupCatalog(List<StoredSnapshot> backups) {
    this.backups = backups;
  }

  public static BackupCatalog of(Repository repository) throws IOException {
    return new BackupCatalog(
        repository.snapshots().stream()
            .sorted(
                Comparator.comparing((StoredSnapshot b) -> b.record().startedAt())
                    .thenComparing(b -> b.record().name()))
            .toList());
  }

  public List<StoredSnapshot> all() {
    return backups;
  }

  /// The backups of one source, oldest first.
  public List<StoredSnapshot> ofSource(String source) {
    return backups.stream().filter(b -> b.record().source().equals(source)).toList();
  }

  /// The newest backup of a source that fits.
  public Optional<StoredSnapshot> newest(
      String source, java.util.function.Predicate<StoredSnapshot> fits) {
    return ofSource(source).reversed().stream().filter(fits).findFirst();
  }

  /// The backup named so, or the newest of `source` for `latest`.
  public StoredSnapshot require(String nameOrLatest, String source) {
    if (nameOrLatest.equals(LATEST)) {
      return newest(source, _ -> true)
          .orElseThrow(
              () ->
                  new BackupException(
                      ErrorCode.BACKUP_NOT_FOUND,
                      "source '" + source + "' has no backup in this repository",
                      backups.isEmpty()
                          ? "Make one with 'holdfast backup'."
                          : "These sources have backups: "
                              + sources()
                              + " (choose with --source)."));
    }
    return backups.stream()
        .filter(b -> b.record().name().equals(nameOrLatest))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "there is no backup " + Quoted.of(nameOrLatest),
                    "'holdfast list' shows the backups of this repository."));
  }

  private String sources() {
    return backups.stream()
        .map(b -> b.record().source())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
