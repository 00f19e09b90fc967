package io.holdfast.engine.api;

import io.holdfast.engine.Backups;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.report.BackupReportFile;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.engine.verify.ProofCoverage;
import io.holdfast.engine.verify.VerifySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The backups of a repository, of whatever kind. Names may be `latest`: the newest of the source.
public final class Snapshots {
  private final Work work;

  Snapshots(Work work) {
    this.work = work;
  }

  /// All backups, oldest first. A list with warnings may lack some.
  public Backups.Listing list() {
    return work.on(repository -> new Backups(repository).list(Optional.empty()));
  }

  /// Those of one source.
  public Backups.Listing listOf(String source) {
    return work.on(repository -> new Backups(repository).list(Optional.of(source)));
  }

  /// @throws io.holdfast.base.BackupException `BACKUP_NOT_FOUND`
  public Backups.Detail show(String backup) {
    return work.on(repository -> new Backups(repository).show(backup, work.source()));
  }

  /// Writes what is known of a backup as a PDF file, which must not exist yet.
  ///
  /// @param tool what the file says made it
  public void writeReport(String backup, Path file, String tool) {
    work.run(
        repository ->
            new BackupReportFile(work.context(), repository, tool)
                .write(backup, work.source(), file));
  }

  /// How much was read back lately.
  public ProofCoverage proved() {
    EngineContext context = work.context();
    long days = VerifySettings.of(context.environment()).provedWithinDays();
    return work.on(repository -> ProofCoverage.look(repository, context.clock().instant(), days));
  }

  /// The backups of these names, none of them kept.
  public List<Forget.Judged> planForget(List<String> backups, Forget.Newest newest) {
    return work.on(repository -> new Forget(repository).plan(backups, work.source(), newest));
  }

  /// What a policy says of every backup, each source by itself.
  ///
  /// @param source the only one that is looked at; empty for all
  public List<Forget.Judged> planForget(RetentionPolicy policy, Optional<String> source) {
    return work.on(
        repository ->
            new Forget(repository).plan(policy, source, work.context().clock().instant()));
  }

  /// Makes those count no more that are not kept. Their data goes with a prune.
  public void forget(List<Forget.Judged> plan) {
    work.run(repository -> new Forget(repository).execute(plan));
  }
}
