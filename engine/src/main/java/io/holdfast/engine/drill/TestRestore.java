package io.holdfast.engine.drill;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetAction;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.postgres.server.CheckReport;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.PageScan;
import io.holdfast.postgres.server.ScratchChecks;
import io.holdfast.postgres.server.ScratchPlace;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ScratchServer;
import io.holdfast.postgres.server.ServerPrograms;
import io.holdfast.postgres.server.SqlScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Proves a backup by restoring it. Everything happens in one private directory, which is removed
/// at the end; what a crashed run has left is removed by the next one.
public final class TestRestore {
  private static final Duration RECOVERY_LIMIT = Duration.ofHours(12);
  private static final int SCAN_WORKERS = 2;
  private static final int SCRIPT_BYTES_MAX = 1 << 20;

  private final EngineContext context;
  private final OpenRepository repository;
  private final Environment environment;

  public TestRestore(EngineContext context, OpenRepository repository, Environment environment) {
    this.context = context;
    this.repository = repository;
    this.environment = environment;
  }

  /// What to prove.
  ///
  /// @param workDirectory where the private directory is made; empty = the system's temporary
  ///   directory
  public record Request(
      String backup,
      String source,
      TargetRequest target,
      Optional<String> timeline,
      Optional<Path> checkSql,
      String database,
      Optional<Path> workDirectory) {}

  public TestRestoreReport run(Request request) {
    return Failures.translate("test restore of " + request.backup(), () -> runNow(request));
  }

  private TestRestoreReport runNow(Request request) throws IOException {
    Optional<SqlScript> script = Optional.empty();
    if (request.checkSql().isPresent()) {
      script = Optional.of(readScript(request.checkSql().get()));
    }
    Path parent =
        request
            .workDirectory()
            .or(() -> environment.text("TMPDIR").map(Path::of))
            .orElse(Path.of("/tmp"));
    if (!Files.isDirectory(parent) || !Files.isWritable(parent)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a test restore cannot work in " + parent + ": no such directory, or not writable",
          "Name another directory with --work-dir, or in TMPDIR.");
    }
    List<String> remarks = new ArrayList<>();
    ScratchReaper.reap(parent)
        .forEach(left -> remarks.add("removed what a crashed run had left: " + left));
    Restore restore = new Restore(context, repository);
    try (ScratchPlace place = ScratchPlace.create(parent, context.entropy())) {
      Map<String, String> spaces = new LinkedHashMap<>();
      RestorePlan plan = plan(restore, request, place, spaces);
      remarks.addAll(plan.target().remarks());
      ServerPrograms programs =
          InstalledServers.find(environment.variables()).require(plan.facts().serverMajor());
      return new Proof(place, plan, programs, script, request.database(), remarks).run(restore);
    }
  }

  /// The locations of tablespaces are known only from the plan, so it is made twice where there are
  /// any.
  private RestorePlan plan(
      Restore restore, Request request, ScratchPlace place, Map<String, String> spaces)
      throws IOException {
    for (String location : restore.tablespaceLocations(request.backup(), request.source())) {
      spaces.put(location, place.directory().resolve("space-" + spaces.size()).toString());
    }
    return restore.plan(
        new RestoreRequest(
            request.backup(),
            request.source(),
            place.data(),
            request.target(),
            request.timeline(),
            Optional.of(TargetAction.PROMOTE),
            spaces,
            Optional.empty(),
            Optional.empty()),
        new RestorePlan.Purpose.Scratch(place.socketDirectory().toString(), List.of()));
  }

  private static SqlScript readScript(Path file) {
    try {
      if (Files.size(file) > SCRIPT_BYTES_MAX) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "--check-sql " + file + " has " + Files.size(file) + " bytes",
            "A check is a short script.");
      }
      return SqlScript.parse(Files.readString(file));
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--check-sql " + file + " cannot be read: " + FileReason.of(e),
          "Check the path and its permissions.",
          e);
    }
  }

  /// One proof in one place.
  private final class Proof {
    private final ScratchPlace place;
    private final RestorePlan plan;
    private final ServerPrograms programs;
    private final Optional<SqlScript> script;
    private final String database;
    private final List<String> remarks;
    private final Map<String, Duration> phases = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private Instant phaseStart = context.clock().instant();

    Proof(
        ScratchPlace place,
        RestorePlan plan,
        ServerPrograms programs,
        Optional<SqlScript> script,
        String database,
        List<String> remarks) {
      this.place = place;
      this.plan = plan;
      this.programs = programs;
      this.script = script;
      this.database = database;
      this.remarks = remarks;
    }

    TestRestoreReport run(Restore restore) throws IOException {
      restore.execute(plan);
      place.giveToServer();
      done("restore");
      long relations;
      Optional<Long> statements = Optional.empty();
      try (ScratchServer server =
          ScratchServer.start(programs, place, context.pause(), context.clock())) {
        context.progress().phase("recover", 0);
        server.awaitReady(RECOVERY_LIMIT, context.cancellation());
        done("recover");
        ScratchChecks checks = ScratchChecks.of(server, superusers());
        context.progress().phase("check tables and indexes", 0);
        CheckReport structure = checks.structure(context.cancellation(), context.progress());
        take(structure);
        relations = structure.checked();
        done("structure");
        if (script.isPresent()) {
          context.progress().phase("run SQL", 0);
          CheckReport answers = checks.statements(database, script.get());
          take(answers);
          statements = Optional.of(answers.checked());
          done("sql");
        }
      }
      context.progress().phase("check pages", plan.totals().logicalBytes());
      CheckReport pages =
          PageScan.run(place.data(), SCAN_WORKERS, context.cancellation(), context.progress());
      take(pages);
      done("pages");
      return new TestRestoreReport(
          plan.backup().record().name(),
          "PostgreSQL " + programs.fullVersion(),
          plan.recoveryInWords(),
          phases,
          phase("restore").plus(phase("recover")),
          pages.checked(),
          relations,
          statements,
          findings,
          remarks);
    }

    private Duration phase(String name) {
      return phases.getOrDefault(name, Duration.ZERO);
    }

    private void done(String phase) {
      Instant now = context.clock().instant();
      phases.put(phase, Duration.between(phaseStart, now));
      phaseStart = now;
    }

    private void take(CheckReport report) {
      report.findings().forEach(f -> findings.add(f.where() + ": " + f.what()));
      if (report.findingCount() > report.findings().size()) {
        findings.add(report.findingCount() - report.findings().size() + " more");
      }
      remarks.addAll(report.remarks());
    }

    private List<String> superusers() {
      PhysicalFacts facts = plan.facts();
      List<String> names =
          new ArrayList<>(
              Arrays.asList(facts.remarks().getOrDefault("superusers", "").split(", ")));
      names.add("postgres");
      names.removeIf(String::isEmpty);
      return names;
    }
  }
}
