package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Recovery that fetches its WAL on demand with a capability file: by a server that was started
/// from an empty environment and can read the repository but has no key of it.
class CapabilityRestoreTest {
  private static final String CAPABILITY = "holdfast_wal.capability";

  private Path scratch = Path.of("/tmp");
  private Path store = Path.of("/tmp");
  private Path repository = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    store = Files.createDirectory(scratch.resolve("store"));
    repository = store.resolve("repository");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void serverRecoversOverATimelineSwitchWithoutAnyKeyOfTheRepository() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("s"))) {
      Program program = program(source);
      RunningStream stream = begin(program, source);
      source.execute("INSERT INTO t SELECT n, 'first' FROM generate_series(1, 100) n");
      String before = digest(source);
      source.execute("SELECT pg_create_restore_point('before_mistake')");
      source.execute("DELETE FROM t WHERE id % 2 = 0");
      String end = digest(source);
      stop(source, stream);

      try (Cluster restored =
          restore(program, "r1", "--target-name", "before_mistake", "--target-action", "promote")) {
        restored.start();
        assertThat(promoted(restored)).isEqualTo(before).isNotEqualTo(end);
        assertThat(restored.sql("SHOW archive_mode")).isEqualTo("off");
        assertThat(restored.log()).contains("restored log file");
      }
      source.stop();
      try (Cluster next = restore(program, "r2")) {
        next.start();
        assertThat(promoted(next)).as("the end of timeline 1").isEqualTo(end);
        RunningStream onward =
            RunningStream.start(program.with("DATABASE_URL", next.url()), scratch);
        awaitStreaming(program, next);
        next.execute("INSERT INTO t SELECT n, 'second' FROM generate_series(1000, 1100) n");
        end = digest(next);
        stop(next, onward);
      }
      try (Cluster last = restore(program, "r3")) {
        last.start();
        assertThat(promoted(last)).as("the end of timeline 2").isEqualTo(end);
        assertThat(last.log()).contains("00000002.history");
        last.stop();
        last.program("pg_checksums", "--check", "-D", last.data().toString());
      }
    }
  }

  @Test
  void recoveryNeverEndsEarlyWhenTheRepositoryGoesAway() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("s"))) {
      Program program = program(source);
      RunningStream stream = begin(program, source);
      for (int i = 0; i < 5; i++) {
        source.execute("INSERT INTO t VALUES (" + i + ", 'x')");
        source.execute("SELECT pg_switch_wal()");
      }
      String end = digest(source);
      stop(source, stream);

      try (Cluster restored = restore(program, "r")) {
        Path away = store.resolve("away");
        takeAwayBeforeTheThirdSegment(restored.data(), away);
        var _ = restored.tryStart();
        awaitEnd(restored.data());
        assertThat(restored.log())
            .contains("restored log file")
            .contains("could not restore file")
            .doesNotContain("selected new timeline")
            .doesNotContain("archive recovery complete");
        assertThat(restored.data().resolve("recovery.signal")).exists();
        assertThat(restored.program("pg_controldata", restored.data().toString()).out())
            .contains("in archive recovery")
            .containsPattern("TimeLineID: +1\n");

        Files.move(away, repository);
        restored.start();
        assertThat(promoted(restored)).isEqualTo(end);
      }
    }
  }

  @Test
  void walThatDoesNotFitOnTheDiskIsFetchedOnDemandByItself() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 200);
        Cluster source = Cluster.create(scratch.resolve("s"))) {
      Program program = program(source);
      RunningStream stream = begin(program, source);
      for (int i = 0; i < 6; i++) {
        source.execute("INSERT INTO t VALUES (" + i + ", 'x')", "SELECT pg_switch_wal()");
      }
      String end = digest(source);
      stop(source, stream);

      Path to = disk.root().resolve("r");
      Command.Ended refused =
          program.expect(3, "restore", "latest", "--to", to.toString(), "--wal", "staged");
      assertThat(refused.err()).contains("HF-2003").contains("--wal on-demand");
      Command.Ended plan =
          program.expect(0, "restore", "latest", "--to", to.toString(), "--dry-run", "--json");
      assertThat(Answers.only(plan.out(), "wal")).isEqualTo("on-demand");
      String roomy = scratch.resolve("roomy").toString();
      plan = program.expect(0, "restore", "latest", "--to", roomy, "--dry-run", "--json");
      assertThat(Answers.only(plan.out(), "wal")).isEqualTo("staged");

      program.expect(0, "restore", "latest", "--to", to.toString());
      try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
        restored.start();
        assertThat(promoted(restored)).isEqualTo(end);
      }
    }
  }

  @Test
  void refusesWhatTheServersUserCouldNotFetch() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("s"))) {
      Program program = program(source);
      stop(source, begin(program, source));
      if (System.getProperty("user.name").equals("root")) {
        Command.run(scratch, Map.of(), List.of("chown", "-R", "root", store.toString()));
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rwx------"));
        Path to = scratch.resolve("r");
        Command.Ended ended =
            program.run("restore", "latest", "--to", to.toString(), "--wal", "on-demand");
        assertThat(ended.status()).as(ended.all()).isEqualTo(2);
        assertThat(ended.err()).contains("HF-1044").contains("hint:");
        assertThat(to.resolve(CAPABILITY)).as("no key is left behind").doesNotExist();
        assertThat(to.resolve("global/pg_control")).doesNotExist();
      }
    }
  }

  private Program program(Cluster source) {
    return new Program(scratch)
        .with("BACKUP_DIR", repository.toString())
        .with("DATABASE_URL", source.url());
  }

  /// A repository with a backup, and a stream that goes on.
  private RunningStream begin(Program program, Cluster source) throws Exception {
    source.execute("CREATE TABLE t (id int, text text)");
    var _ = program.expect(0, "init");
    RunningStream stream = RunningStream.start(program, scratch);
    awaitStreaming(program, source);
    var _ = program.expect(0, "backup");
    return stream;
  }

  /// Ends the stream when all is stored, and lets the server's user read the repository.
  private void stop(Cluster source, RunningStream stream) throws Exception {
    try (stream) {
      stream.awaitStored(source);
    }
    Cluster.giveToServer(store);
  }

  private static void awaitStreaming(Program program, Cluster source) throws Exception {
    String said = "";
    for (int attempt = 0; attempt < 60; attempt++) {
      said = program.expect(0, "wal", "status", "--url", source.url(), "--json").out();
      if (said.contains("\"slotState\": \"active")) {
        return;
      }
    }
    throw new AssertionError("the stream did not begin: " + said);
  }

  private Cluster restore(Program program, String name, String... target) throws Exception {
    Path to = scratch.resolve(name);
    List<String> command =
        new java.util.ArrayList<>(
            List.of("restore", "latest", "--to", to.toString(), "--wal", "on-demand"));
    command.addAll(List.of(target));
    var _ = program.expect(0, command.toArray(String[]::new));
    assertThat(to.resolve("holdfast_wal")).doesNotExist();
    Path capability = to.resolve(CAPABILITY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(capability)))
        .isEqualTo("rw-------");
    assertThat(Files.getOwner(capability)).isEqualTo(Files.getOwner(to));
    assertThat(Files.readString(capability)).doesNotContain(Program.KEY);
    return Cluster.restored(TestPrograms.WITH_TOOLS, to);
  }

  /// Lets the server's own call for the third segment find the repository gone, once.
  private void takeAwayBeforeTheThirdSegment(Path data, Path away) throws IOException {
    Path script = scratch.resolve("fetch.sh");
    Files.writeString(
        script,
        """
        case $1 in
          0*) if [ -e %1$s.count ] && [ $(wc -l < %1$s.count) -eq 2 ]; then mv %2$s %3$s; fi
              echo "$1" >> %1$s.count ;;
        esac
        exec '%4$s' wal fetch --capability holdfast_wal.capability "$1" "$2"
        """
            .formatted(
                store.resolve("fetched"), repository, away, Program.HOME.resolve("bin/holdfast")));
    Path settings = data.resolve("postgresql.auto.conf");
    String text = Files.readString(settings);
    assertThat(text)
        .contains("'" + Program.HOME.resolve("bin/holdfast") + "'")
        .contains("wal fetch --capability holdfast_wal.capability \"%f\" \"%p\"");
    Files.writeString(settings, text + "restore_command = 'sh " + script + " \"%f\" \"%p\"'\n");
  }

  private static void awaitEnd(Path data) throws Exception {
    Path pidFile = data.resolve("postmaster.pid");
    if (Files.exists(pidFile)) {
      long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
      var server = ProcessHandle.of(pid);
      if (server.isPresent()) {
        server.get().onExit().get(60, TimeUnit.SECONDS);
      }
    }
  }

  /// The state once recovery has ended.
  private static String promoted(Cluster cluster) throws Exception {
    cluster.awaitPromotion();
    return digest(cluster);
  }

  private static String digest(Cluster cluster) throws Exception {
    return cluster.sql(
        "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY id)) FROM t");
  }
}
