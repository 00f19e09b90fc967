package io.holdfast.engine.quickstart;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.backup.BackupReport;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.embedded.EmbeddedPrograms;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetAction;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.wal.OverflowPolicy;
import io.holdfast.engine.wal.WalStatus;
import io.holdfast.engine.wal.WalStatusReport;
import io.holdfast.engine.wal.WalStreaming;
import io.holdfast.postgres.demo.Demo;
import io.holdfast.postgres.server.ScratchPlace;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ScratchServer;
import io.holdfast.postgres.server.ServerPrograms;
import io.holdfast.postgres.server.ThrowawayServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The main job on a throw-away server. Every number in its report is measured, and its proof
/// compares each recovered row with what the writing sessions remember.
public final class Quickstart {
  private static final int ROWS = 20_000;
  private static final int SESSIONS = 2;
  private static final String SOURCE = "demo";
  private static final Duration LOAD_BEFORE = Duration.ofSeconds(1);
  private static final Duration LOAD_AFTER = Duration.ofSeconds(3);
  private static final Duration QUIET = Duration.ofMillis(2_500);
  private static final Duration STORED_LIMIT = Duration.ofSeconds(30);
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private final EngineContext context;
  private final Consumer<String> say;

  /// @param say shown to the person as it happens, one line each
  public Quickstart(EngineContext context, Consumer<String> say) {
    this.context = context;
    this.say = say;
  }

  /// Whether the proof is to be tried out by damaging what it looks at.
  public enum Honesty {
    AS_IT_IS,
    CHANGE_ONE_RECOVERED_ROW
  }

  /// Runs everything and leaves nothing behind.
  ///
  /// @param archive the PostgreSQL that comes with the distribution
  /// @param parent where the private directory is made
  public QuickstartReport run(Path archive, Path parent, Honesty honesty) {
    return Failures.translate("quickstart", () -> runNow(archive, parent, honesty));
  }

  private QuickstartReport runNow(Path archive, Path parent, Honesty honesty) throws IOException {
    ScratchReaper.reap(parent);
    try (ScratchPlace place = ScratchPlace.create(parent, context.entropy());
        ScratchPlace recovered = ScratchPlace.create(parent, context.entropy())) {
      ServerPrograms programs =
          EmbeddedPrograms.unpack(archive, place.directory().resolve("programs"));
      place.giveToServer();
      say.accept("started PostgreSQL " + programs.fullVersion() + ", an empty throw-away server");
      try (ThrowawayServer server =
              ThrowawayServer.start(
                  programs, place, context.pause(), context.clock(), context.cancellation());
          Demo demo = Demo.open(server, ROWS)) {
        return new Story(place, recovered, programs, server, demo, honesty).tell();
      }
    }
  }

  /// One run.
  private final class Story {
    private final ScratchPlace recovered;
    private final ServerPrograms programs;
    private final ThrowawayServer server;
    private final Demo demo;
    private final Honesty honesty;
    private final Settings settings;
    private final Cancellation streamStop = new Cancellation();

    Story(
        ScratchPlace place,
        ScratchPlace recovered,
        ServerPrograms programs,
        ThrowawayServer server,
        Demo demo,
        Honesty honesty) {
      this.recovered = recovered;
      this.programs = programs;
      this.server = server;
      this.demo = demo;
      this.honesty = honesty;
      Secret key = new Secret(HexFormat.of().formatHex(context.entropy().bytes(32)));
      this.settings =
          new Settings(
              place.directory().resolve("repository").toString(),
              new KeySource.Hex(key),
              SOURCE,
              Optional.of(new Secret(server.url())),
              Optional.of(new Secret(server.url())),
              "holdfast_demo",
              Optional.empty());
    }

    QuickstartReport tell() throws IOException {
      demo.start(SESSIONS, 1);
      await(LOAD_BEFORE);
      say.accept("a shop with " + ROWS + " orders, and " + SESSIONS + " sessions writing to it");
      EngineContext streaming =
          new EngineContext(
              context.clock(),
              context.entropy(),
              context.pause(),
              context.progress(),
              streamStop,
              context.environment());
      try (OpenRepository repository = new RepositoryAccess(context).init(settings).repository();
          Workers stream = Workers.virtual("quickstart-wal")) {
        stream.start(
            () ->
                new WalStreaming(streaming, repository)
                    .run(settings, settings.slot(), OverflowPolicy.PROTECT_DATABASE));
        try {
          return backUpAndLose(repository, stream);
        } finally {
          streamStop.request();
        }
      }
    }

    private QuickstartReport backUpAndLose(OpenRepository repository, Workers stream)
        throws IOException {
      awaitStream(repository);
      BackupReport backup =
          new PhysicalBackup(context, repository)
              .run(
                  settings,
                  new BackupRequest(BackupRequest.Type.FULL, BackupRequest.Checkpoint.FAST));
      say.accept("took an encrypted base backup while they went on: " + backup.name());
      await(LOAD_AFTER);
      demo.pause();
      Map<Long, String> expected = demo.expected();
      await(QUIET);
      Instant dropped = demo.dropOrders();
      Instant target = dropped.minusSeconds(1);
      say.accept("");
      say.accept(
          "at "
              + dropped
              + " somebody runs DROP TABLE orders: "
              + expected.size()
              + " orders are gone");
      Duration exposure = awaitStored(repository);
      streamStop.request();
      stream.join();
      if (demo.hasOrders()) {
        throw new BackupException(
            ErrorCode.CHECK_FAILED, "the table was not dropped", "Please report this.");
      }
      server.close();
      say.accept("the server is stopped; what is left is the repository and the key");
      return recover(repository, backup, expected, dropped, target, exposure);
    }

    private QuickstartReport recover(
        OpenRepository repository,
        BackupReport backup,
        Map<Long, String> expected,
        Instant dropped,
        Instant target,
        Duration exposure)
        throws IOException {
      Instant begin = context.clock().instant();
      Restore restore = new Restore(context, repository);
      RestorePlan plan =
          restore.plan(
              new RestoreRequest(
                  "latest",
                  SOURCE,
                  recovered.data(),
                  new TargetRequest.Time(
                      target.toString(), Optional.empty(), TargetRequest.Edge.INCLUSIVE),
                  Optional.empty(),
                  Optional.of(TargetAction.PROMOTE),
                  Map.of(),
                  Optional.empty(),
                  Optional.empty()),
              new RestorePlan.Purpose.Scratch(
                  recovered.socketDirectory().toString(), java.util.List.of()));
      restore.execute(plan);
      recovered.giveToServer();
      try (ScratchServer again =
          ScratchServer.start(programs, recovered, context.pause(), context.clock())) {
        context.progress().phase("recover", 0);
        again.awaitReady(RECOVERY_LIMIT, context.cancellation());
        if (honesty == Honesty.CHANGE_ONE_RECOVERED_ROW) {
          Demo.tamper(again);
        }
        Map<Long, String> found = Demo.ordersIn(again);
        Duration took = Duration.between(begin, context.clock().instant());
        return new QuickstartReport(
            "PostgreSQL " + programs.fullVersion(),
            backup.name(),
            demo.transactions(),
            dropped,
            target,
            expected.size(),
            differences(expected, found),
            exposure,
            took);
      }
    }

    private static long differences(Map<Long, String> expected, Map<Long, String> found) {
      Set<Long> ids = new TreeSet<>(expected.keySet());
      ids.addAll(found.keySet());
      return ids.stream()
          .filter(id -> !expected.getOrDefault(id, "").equals(found.getOrDefault(id, "")))
          .count();
    }

    /// Waits until the stream has begun to store WAL.
    private void awaitStream(OpenRepository repository) throws IOException {
      awaitStatus(repository, report -> !report.archives().isEmpty());
    }

    /// Waits until the repository has everything that the server had when this was called; how long
    /// that took.
    private Duration awaitStored(OpenRepository repository) throws IOException {
      Instant begin = context.clock().instant();
      awaitStatus(repository, report -> report.server().flatMap(s -> s.lagBytes()).orElse(1L) == 0);
      return Duration.between(begin, context.clock().instant());
    }

    private void awaitStatus(
        OpenRepository repository, java.util.function.Predicate<WalStatusReport> reached)
        throws IOException {
      Instant deadline = context.clock().instant().plus(STORED_LIMIT);
      while (!reached.test(new WalStatus(context, repository).inspect(settings))) {
        if (context.clock().instant().isAfter(deadline)) {
          throw new BackupException(
              ErrorCode.TIMED_OUT,
              "the WAL stream did not catch up within " + STORED_LIMIT.toSeconds() + " s",
              "Is this machine very busy? Try again.");
        }
        await(POLL);
      }
    }

    private void await(Duration duration) {
      context.cancellation().throwIfRequested();
      try {
        context.pause().await(duration);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BackupException(ErrorCode.CANCELLED, "interrupted", "", e);
      }
    }
  }
}
