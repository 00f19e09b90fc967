package io.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.restore.ReachableTimes.Gap;
import io.holdfast.engine.restore.ReachableTimes.Line;
import io.holdfast.engine.restore.ReachableTimes.Window;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.wal.OverflowPolicy;
import io.holdfast.engine.wal.WalStatusReport;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Windows of real archives, with what real servers leave out of them.
@Timeout(180)
class ReachableTimesTest {
  private static final String SLOT = "holdfast_main";

  @TempDir private Path directory = Path.of("");

  private Optional<TestServer> started = Optional.empty();
  private Optional<Holdfast> opened = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    TestServer server = TestServer.start(TestPrograms.WITH_TOOLS, Map.of("autovacuum", "off"));
    started = Optional.of(server);
    Secret url =
        new Secret(
            "postgresql:///postgres?user=postgres&host="
                + server.sockets()
                + "&port="
                + server.port());
    Path repository = directory.toRealPath().resolve("repository");
    opened =
        Optional.of(
            Holdfast.create(Options.of(TestEngine.settings(repository, Optional.of(url))))
                .holdfast());
    server.sql("CREATE TABLE t (at timestamptz)");
  }

  @AfterEach
  void stop() throws Exception {
    opened.orElseThrow().close();
    started.orElseThrow().close();
  }

  private TestServer server() {
    return started.orElseThrow();
  }

  private Holdfast holdfast() {
    return opened.orElseThrow();
  }

  private String backUp() {
    return holdfast()
        .clusters()
        .backup(new BackupRequest(BackupRequest.Type.FULL, BackupRequest.Checkpoint.FAST))
        .name();
  }

  /// @return when it was committed, by the server's clock
  private Instant commit() {
    server().sql("INSERT INTO t VALUES (now())");
    return Instant.parse(
        server()
            .value(
                "SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
                    + " FROM t"));
  }

  private List<Line> lines() {
    return holdfast().clusters().reachable("main").lines();
  }

  @Test
  void whatLiesBetweenBackupsWithoutAStreamIsAGap() {
    String first = backUp();
    Instant lost = commit();
    server().sql("SELECT pg_switch_wal()");
    String second = backUp();

    Line line = lines().getFirst();
    assertThat(lines()).hasSize(1);
    assertThat(line.timeline()).isEqualTo(1);
    assertThat(line.windows()).extracting(Window::newest).containsExactly(first, second);
    Gap gap = line.gaps().getFirst();
    assertThat(line.gaps()).hasSize(1);
    assertThat(gap.why()).contains("WAL is missing from ").contains(" on timeline 1");
    assertThat(lost).isAfterOrEqualTo(gap.from()).isBefore(gap.to().orElseThrow());
  }

  @Test
  void aStreamJoinsBackupsAndGoesOnBehindThem() throws Exception {
    Cancellation cancellation = new Cancellation();
    String first;
    String second;
    Instant between;
    Instant last;
    try (Workers workers = Workers.platform("stream")) {
      startStream(workers, cancellation);
      first = backUp();
      between = commit();
      server().sql("SELECT pg_switch_wal()");
      second = backUp();
      last = commit();
      server().sql("SELECT pg_switch_wal()");
      Eventually.await(
          "the last commit is archived",
          () -> !lines().getFirst().windows().getLast().to().isBefore(last));
      cancellation.request();
      workers.join();
    }
    Window window = lines().getFirst().windows().getFirst();
    assertThat(lines().getFirst().windows()).hasSize(1);
    assertThat(lines().getFirst().gaps()).isEmpty();
    assertThat(window.first()).isEqualTo(first);
    assertThat(window.newest()).isEqualTo(second);
    assertThat(window.backups()).isEqualTo(2);
    assertThat(between).isAfter(window.from()).isBefore(window.to());
    assertThat(holdfast().clusters().reachable("main").newest()).contains(window.to());
    assertReached(window.to());
  }

  /// The end of the window is a target that a restore takes.
  private void assertReached(Instant end) {
    RestorePlan plan =
        holdfast()
            .clusters()
            .plan(
                new RestoreRequest(
                    "latest",
                    "main",
                    directory.resolve("restored"),
                    new TargetRequest.Time(
                        end.toString(), Optional.empty(), TargetRequest.Edge.INCLUSIVE),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty()));
    assertThat(plan.target().timeReached().orElseThrow()).isBeforeOrEqualTo(end);
  }

  @Test
  void aPromotedServerGoesOnFromTheBackupsOfItsPast() throws Exception {
    Cancellation cancellation = new Cancellation();
    try (Workers workers = Workers.platform("stream")) {
      startStream(workers, cancellation);
      String past = backUp();
      Instant before = commit();
      server().sql("SELECT pg_switch_wal()");
      Eventually.await(
          "the commit is archived",
          () -> !lines().getFirst().windows().getLast().to().isBefore(before));
      cancellation.request();
      workers.join();

      promote();
      Cancellation again = new Cancellation();
      startStream(workers, again);
      Instant after = commit();
      server().sql("SELECT pg_switch_wal()");
      Eventually.await(
          "the new timeline is archived",
          () ->
              lines().size() == 2
                  && !lines().getLast().windows().isEmpty()
                  && !lines().getLast().windows().getLast().to().isBefore(after));
      Window joined = lines().getLast().windows().getLast();
      assertThat(lines().getLast().timeline()).isEqualTo(2);
      assertThat(joined.first()).isEqualTo(past);
      assertThat(before).isBetween(joined.from(), joined.to());

      String present = backUp();
      Window whole = lines().getLast().windows().getLast();
      assertThat(lines().getLast().windows()).hasSize(1);
      assertThat(whole.first()).isEqualTo(past);
      assertThat(whole.newest()).isEqualTo(present);
      again.request();
      workers.join();
    }
  }

  private void promote() throws Exception {
    server().stop("fast");
    server().write("standby.signal", "");
    server().start();
    assertThat(server().value("SELECT pg_promote(true, 60)")).isEqualTo("t");
  }

  private void startStream(Workers workers, Cancellation cancellation) {
    workers.start(
        () ->
            holdfast().wal(new Watch(Progress.NONE, cancellation)).stream(
                SLOT, OverflowPolicy.PROTECT_DATABASE));
    Eventually.await(
        "the stream runs",
        () -> server().value("SELECT count(*) FROM pg_replication_slots WHERE active").equals("1"));
  }

  @Test
  void aBackupWhoseOwnWalIsMissingIsNamedAndMakesNoWindow() throws Exception {
    String name = backUp();
    WalStatusReport.Archive there = holdfast().wal().status().archives().getFirst();
    assertThat(there.objects()).isPositive();
    removeWal();
    ReachableTimes found = holdfast().clusters().reachable("main");
    assertThat(found.lines().stream().flatMap(line -> line.windows().stream())).isEmpty();
    assertThat(found.unusable())
        .singleElement()
        .satisfies(it -> assertThat(it.backup()).isEqualTo(name));
    assertThat(found.newest()).isEmpty();
  }

  private void removeWal() throws Exception {
    try (var files =
        java.nio.file.Files.walk(directory.toRealPath().resolve("repository").resolve("wal"))) {
      for (Path file : files.filter(java.nio.file.Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().equals("about")) {
          java.nio.file.Files.delete(file);
        }
      }
    }
  }
}
