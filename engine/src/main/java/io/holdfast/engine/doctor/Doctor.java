package io.holdfast.engine.doctor;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.backup.SourceServer;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.doctor.DoctorReport.Level;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.repository.SealingRates;
import java.util.Optional;
import java.util.OptionalLong;

/// Examines environment, repository and server. Changes nothing; one thing that is wrong never
/// keeps the rest from being looked at. *Confined*.
public final class Doctor {
  private static final long SLOW_SEALING_BYTES_PER_SECOND = 10 << 20;

  private final EngineContext context;
  private final Environment environment;
  private final Findings findings = new Findings();

  public Doctor(EngineContext context, Environment environment) {
    this.context = context;
    this.environment = environment;
  }

  public DoctorReport examine(Settings settings) {
    RepositoryExam repository = new RepositoryExam(settings, findings);
    findings.guarded("repository", Level.FAIL, () -> repository.open(context));
    findings.guarded("key", Level.FAIL, repository::key);
    Optional<SourceServer> server = server(settings);
    OptionalLong clusterBytes =
        server.stream().mapToLong(SourceServer::clusterBytes).filter(b -> b > 0).findFirst();
    findings.guarded("space", Level.FAIL, () -> repository.space(clusterBytes));
    findings.guarded("speed", Level.WARN, this::speed);
    return findings.report();
  }

  /// The same of repository, key and the space around them alone.
  public DoctorReport examineRepository(Settings settings) {
    RepositoryExam repository = new RepositoryExam(settings, findings);
    findings.guarded("repository", Level.FAIL, () -> repository.open(context));
    findings.guarded("key", Level.FAIL, repository::key);
    findings.guarded("space", Level.FAIL, () -> repository.space(OptionalLong.empty()));
    return findings.report();
  }

  /// The same of the source's server alone.
  public DoctorReport examineServer(Settings settings) {
    Optional<SourceServer> _ = server(settings);
    return findings.report();
  }

  private Optional<SourceServer> server(Settings settings) {
    if (settings.url().isEmpty() && settings.directUrl().isEmpty()) {
      findings.warn(
          "no database URL is set, so no server was looked at", "Set DATABASE_URL, or give --url.");
      return Optional.empty();
    }
    SourceServer server;
    try {
      server = SourceServer.look(settings);
    } catch (BackupException e) {
      findings.failed(e);
      return Optional.empty();
    }
    ServerExam exam = new ServerExam(settings, findings);
    findings.ok("server " + server.directUrl() + " answers");
    exam.suitability(server.facts());
    server
        .warnings()
        .forEach(
            warning ->
                findings.warn(warning, "Backups work all the same; the restored server lacks it."));
    exam.slots(server.facts());
    findings.guarded("replication connection", Level.FAIL, () -> exam.replication(server));
    findings.guarded("space for WAL", Level.WARN, () -> exam.walSpace(server));
    findings.guarded(
        "programs for test restores",
        Level.WARN,
        () -> exam.programs(InstalledServers.find(environment.variables()), server.facts()));
    findings.guarded("places", Level.WARN, () -> exam.places(server.facts()));
    return Optional.of(server);
  }

  private void speed() {
    SealingRates rates = SealingRates.measure(context.clock(), context.entropy());
    if (rates.seal() < SLOW_SEALING_BYTES_PER_SECOND) {
      findings.warn(
          rates.describe(),
          "That is slow: the processor may lack AES instructions, or is very busy just now.");
    } else {
      findings.ok(rates.describe());
    }
  }
}
