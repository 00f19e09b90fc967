package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes backups count no more. Their data stays until it is pruned.
public final class Forget {
  private final Repository repository;

  public Forget(OpenRepository repository) {
    this.repository = repository.repository();
  }

  /// What becomes of the newest backup of a source and kind, and of the newest without damaged
  /// pages.
  public enum Newest {
    KEPT,
    FORGOTTEN_TOO
  }

  /// The backups that these names mean, each once, none of them kept.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`, or `BAD_ARGUMENT` if the newest backup of a source
  ///   and kind is among them and shall be kept
  public List<RetentionPolicy.Verdict> plan(List<String> names, String source, Newest newest) {
    return Failures.translate("find backups", () -> planNow(names, source, newest));
  }

  private List<RetentionPolicy.Verdict> planNow(List<String> names, String source, Newest newest)
      throws IOException {
    BackupCatalog catalog = BackupCatalog.of(repository);
    Set<StoredSnapshot> chosen = new LinkedHashSet<>();
    for (String name : names) {
      StoredSnapshot backup = catalog.require(name, source);
      if (newest == Newest.KEPT) {
        requireNotLast(catalog, backup);
      }
      chosen.add(backup);
    }
    return chosen.stream().map(backup -> new RetentionPolicy.Verdict(backup, List.of())).toList();
  }

  private static void requireNotLast(BackupCatalog catalog, StoredSnapshot backup) {
    RetentionPolicy.Series series = RetentionPolicy.Series.of(backup);
    RetentionPolicy.LastOnes.of(
            catalog.ofSource(series.source()).reversed().stream()
                .filter(other -> RetentionPolicy.Series.of(other).equals(series))
                .toList())
        .reason(backup)
        .ifPresent(
            why -> {
              throw new BackupException(
                  ErrorCode.BAD_ARGUMENT,
                  "'"
                      + backup.record().name()
                      + "' is the "
                      + why
                      + " among the "
                      + series.kind()
                      + " backups of source '"
                      + series.source()
                      + "'",
                  "Give --newest-too to forget it all the same.");
            });
  }

  /// What a policy says of all backups, or of those of one source.
  public List<RetentionPolicy.Verdict> plan(
      RetentionPolicy policy, Optional<String> source, Instant now) {
    return Failures.translate(
        "find backups",
        () -> {
          BackupCatalog catalog = BackupCatalog.of(repository);
          return policy.judge(source.map(catalog::ofSource).orElseGet(catalog::all), now);
        });
  }

  /// Forgets what is not kept; repeating it is safe.
  public void execute(List<RetentionPolicy.Verdict> verdicts) {
    Failures.run(
        "forget backups",
        () ->
            repository.forget(
                verdicts.stream()
                    .filter(verdict -> !verdict.isKept())
                    .map(verdict -> verdict.backup().id())
                    .toList()));
  }
}
