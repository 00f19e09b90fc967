package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Space runs out: in the repository under a backup and under a WAL stream, in the target of a
/// restore before it begins and in its middle. The small file systems are mounted, which needs
/// root; one test limits the size of files instead and needs nothing.
class DiskFullTest {
  private static final int REPOSITORY_MEBIBYTES = 300;
  private static final long FREE_BYTES_MAX = 5 << 20;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @ParameterizedTest(name = "seed {0}, {1} times full")
  @MethodSource("io.holdfast.systemtests.Moments#fewCases")
  void backupIntoAFullRepositoryFailsAndLeavesEarlierOnesWhole(long seed, int times)
      throws Exception {
    SplittableRandom random = Seeds.random(seed);
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), REPOSITORY_MEBIBYTES);
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      new Ledger(source).create("", "TABLESPACE pg_default", 10_000);
      Program program = program(source).with("BACKUP_DIR", disk.root() + "/repository");
      program.expect(0, "init");
      program.expect(0, "backup");
      for (int i = 1; i <= times; i++) {
        source.execute(
            "UPDATE ballast SET filler = reverse(filler), version = version + 1", "VACUUM ballast");
        long free = i == 1 ? 0 : random.nextLong(FREE_BYTES_MAX);
        disk.fill(free);
        Command.Ended ended = program.expect(3, "backup");
        assertThat(ended.err()).as(free + " bytes were free").contains("HF-2003").contains("hint:");
        assertThat(temporaryFiles(disk.root().resolve("repository"))).isEmpty();
        assertThat(Answers.all(program.expect(0, "list", "--json").out(), "id")).hasSize(i);
        program.expect(0, "verify", "--all");
        assertThat(source.sql("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
        disk.clear();
        program.expect(0, "backup");
      }
      program.expect(0, "verify", "--all");
    }
  }

  @Test
  void streamIntoAFullRepositoryAcknowledgesNothingAndGoesOnLater() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), REPOSITORY_MEBIBYTES);
        Cluster source =
            Cluster.create(15, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      Ledger ledger = new Ledger(source);
      ledger.create("", "TABLESPACE pg_default", 500);
      Program program = program(source).with("BACKUP_DIR", disk.root() + "/repository");
      program.expect(0, "init");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        program.expect(0, "backup");
        stream.awaitStored(source);
        disk.fill(0);
        ledger.write(1, 2, 30, () -> {});
        Await.until(
            "several complaints of a full repository",
            () -> stream.messages().split("HF-2003", -1).length > 3,
            stream::messages);
        String archived = Answers.only(program.expect(0, "wal", "status", "--json").out(), "to");
        String restart = source.sql("SELECT restart_lsn FROM pg_replication_slots");
        assertThat(Targets.position(restart)).isLessThanOrEqualTo(Targets.position(archived));
        assertThat(Targets.position(archived))
            .isLessThan(Targets.position(source.sql("SELECT pg_current_wal_flush_lsn()")));
        assertThat(temporaryFiles(disk.root().resolve("repository"))).hasSizeLessThan(2);
        disk.clear();
        stream.awaitStored(source);
      }
      assertThat(temporaryFiles(disk.root().resolve("repository"))).isEmpty();
      program.expect(0, "restore", "latest", "--to", scratch.resolve("restored").toString());
      try (Cluster restored = Cluster.restored(15, scratch.resolve("restored"))) {
        restored.start();
        restored.awaitPromotion();
        assertThat(Ledger.read(restored))
            .isEqualTo(Ledger.stateAfter(ledger.account(), ledger.account().size()));
      }
    }
  }

  @Test
  void restoreIntoATargetThatIsTooSmallIsRefusedWithFiguresAndLeavesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 16);
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = program(source);
      program.expect(0, "init");
      program.expect(0, "backup");
      String to = disk.root().resolve("restored").toString();
      for (List<String> words :
          List.of(
              List.of("restore", "latest", "--to", to),
              List.of("restore", "latest", "--to", to, "--dry-run"))) {
        Command.Ended ended = program.expect(3, words.toArray(String[]::new));
        assertThat(ended.err())
            .contains("HF-2003", "hint:", "16.0 MiB", to)
            .containsPattern("needs [0-9.]+ MiB");
      }
      assertThat(disk.root()).isEmptyDirectory();
    }
  }

  @Test
  void roomBesideATablespaceIsNoneForTheDataDirectoryAndTheOtherWayRound() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 16);
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      Path space = source.directory("space");
      source.execute(
          "CREATE TABLESPACE apart LOCATION '" + space + "'",
          "CREATE TABLE apart TABLESPACE apart AS SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 20000) n");
      Program program = program(source);
      program.expect(0, "init");
      program.expect(0, "backup");
      String small = disk.root().resolve("small").toString();
      String large = scratch.resolve("large").toString();
      for (List<String> way :
          List.of(
              List.of(small, space + "=" + large, "the restore needs"),
              List.of(large, space + "=" + small, "the tablespaces need"))) {
        Command.Ended ended =
            program.expect(3, "restore", "latest", "--to", way.get(0), "--tablespace", way.get(1));
        assertThat(ended.err()).contains("HF-2003", "hint:", "16.0 MiB", small, way.get(2));
      }
      assertThat(disk.root()).isEmptyDirectory();
      assertThat(Path.of(large)).doesNotExist();
      try (SmallDisk larger = SmallDisk.mount(scratch.resolve("larger"), 400)) {
        String there = larger.root().resolve("there").toString();
        program.expect(0, "restore", "latest", "--to", large, "--tablespace", space + "=" + there);
      }
    }
  }

  @Test
  void restoreWhoseDiskFillsInItsMiddleLeavesNothingThatStarts() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 400);
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      new Ledger(source).create("", "TABLESPACE pg_default", 120_000);
      Program program = program(source);
      program.expect(0, "init");
      program.expect(0, "backup");
      source.stop();
      Path to = disk.root().resolve("restored");
      try (Victim restore =
          Victim.start(program, scratch, "restore", "latest", "--to", to.toString())) {
        Await.until(
            "the restore begins", () -> Files.exists(to.resolve("base")), restore::messages);
        disk.shrink();
        Command.Ended ended = restore.awaitEnd();
        assertThat(ended.status()).as(ended.all()).isEqualTo(3);
        assertThat(ended.err()).contains("HF-2003", "hint:").doesNotContain("\tat ");
      }
      assertThat(to.resolve("global/pg_control")).doesNotExist();
      try (Cluster restored = Cluster.restored(15, to)) {
        restored.startInVain();
      }
    }
  }

  @Test
  void backupWhoseFilesMayNotGrowFailsAndLeavesEarlierOnesWhole() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = program(source);
      program.expect(0, "init");
      program.expect(0, "backup");
      new Ledger(source).create("", "TABLESPACE pg_default", 10_000);
      Command.Ended ended = program.runWithFileLimit(512, "backup");
      assertThat(ended.status()).as(ended.all()).isEqualTo(3);
      assertThat(ended.err())
          .contains("HF-2002", "File too large", "hint:")
          .doesNotContain("\tat ");
      assertThat(temporaryFiles(scratch.resolve("repository"))).isEmpty();
      assertThat(Answers.all(program.expect(0, "list", "--json").out(), "id")).hasSize(1);
      program.expect(0, "verify", "--all");
      program.expect(0, "backup");
      program.expect(0, "verify", "--all");
    }
  }

  private Program program(Cluster source) {
    return new Program(scratch).with("DATABASE_URL", source.url());
  }

  private static List<Path> temporaryFiles(Path repository) throws IOException {
    Path directory = repository.resolve("~tmp");
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
