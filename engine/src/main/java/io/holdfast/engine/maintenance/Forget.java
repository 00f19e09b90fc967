package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.retention.Candidate;
import io.holdfast.engine.retention.Reason;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.retention.Verdict;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /// A backup, and what is said of it.
  public record Judged(StoredSnapshot backup, Verdict verdict) {
    /// The name of the backup.
    public String name() {
      return backup.record().name();
    }

    public boolean isKept() {
      return verdict.isKept();
    }

    /// Why it is kept, or goes, in a few words each.
    public List<String> reasons() {
      return verdict.reasons().stream().map(Reason::text).toList();
    }
  }

  /// The backups that these names mean, each once, none of them kept.
  ///
  /// @throws BackupException `BACKUP_NOT_FOUND`, or `BAD_ARGUMENT` if the newest backup of a source
  ///   and kind is among them and shall be kept
  public List<Judged> plan(List<String> names, String source, Newest newest) {
    return Failures.translate("find backups", () -> planNow(names, source, newest));
  }

  private List<Judged> planNow(List<String> names, String source, Newest newest)
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
    return chosen.stream().map(Forget::named).toList();
  }

  private static Judged named(StoredSnapshot backup) {
    return new Judged(
        backup,
        new Verdict(
            Candidate.of(backup), Verdict.Fate.DELETE, List.of(new Reason.Named()), List.of()));
  }

  private static void requireNotLast(BackupCatalog catalog, StoredSnapshot backup) {
    Candidate candidate = Candidate.of(backup);
    candidate
        .lastOf(catalog.ofSource(candidate.series().source()).stream().map(Candidate::of).toList())
        .ifPresent(
            why -> {
              throw new BackupException(
                  ErrorCode.BAD_ARGUMENT,
                  "'"
                      + candidate.name()
                      + "' is the "
                      + why.text()
                      + " among the "
                      + candidate.series().kind()
                      + " backups of source '"
                      + candidate.series().source()
                      + "'",
                  "Give --newest-too to forget it all the same.");
            });
  }

  /// What a policy says of all backups, or of those of one source. Catalogs of servers are only
  /// among them where their source is named: servers forget them themselves.
  public List<Judged> plan(RetentionPolicy policy, Optional<String> source, Instant now) {
    return Failures.translate(
        "find backups",
        () -> {
          BackupCatalog catalog = BackupCatalog.of(repository);
          Map<String, StoredSnapshot> backups = new HashMap<>();
          source
              .map(catalog::ofSource)
              .orElseGet(catalog::ofPeople)
              .forEach(backup -> backups.put(backup.id().toString(), backup));
          return policy.judge(backups.values().stream().map(Candidate::of).toList(), now).stream()
              .map(verdict -> judged(backups, verdict))
              .toList();
        });
  }

  private static Judged judged(Map<String, StoredSnapshot> backups, Verdict verdict) {
    return new Judged(
        Optional.ofNullable(backups.get(verdict.backup().id())).orElseThrow(), verdict);
  }

  /// Forgets what is not kept; repeating it is safe.
  public void execute(List<Judged> plan) {
    Failures.run(
        "forget backups",
        () ->
            repository.forget(
                plan.stream()
                    .filter(judged -> !judged.isKept())
                    .map(judged -> judged.backup().id())
                    .toList()));
  }
}
