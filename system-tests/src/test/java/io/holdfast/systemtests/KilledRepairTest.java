package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Packs, index and maintenance state of a repository with backups of files are damaged. `repair`,
/// killed at seeded moments while it writes and repeated, mends what can be mended; the next backup
/// heals the rest.
class KilledRepairTest {
  private static final int TRIES_MAX = 4;
  private static final int FILES = 40;

  private Path scratch = Path.of("/tmp");
  private Path source = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    source = Files.createDirectory(scratch.resolve("source"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aFlippedByteIsFoundRepairedHealedAndRestored() throws Exception {
    Program program = new Program(scratch);
    program.expect(0, "init");
    write(1);
    backUp(program);
    String first = Answers.all(program.expect(0, "list", "--json").out(), "id").getFirst();
    program.expect(0, "check");
    program.expect(0, "verify", "--budget", "1GiB", "--per-day");
    program.expect(0, "repair", "--dry-run");
    assertThat(program.expect(0, "list", "--proved").out()).contains("100.0 %");

    Path pack = largestPack();
    flip(pack, 1_000);
    program.expect(0, "check");
    assertThat(program.expect(4, "verify", "--budget", "1GiB").out()).contains("DAMAGED");
    assertThat(program.expect(4, "check").out()).contains(first).contains("holdfast repair");
    assertThat(program.expect(4, "repair", "--dry-run", "--json").out()).contains("file-");
    assertThat(program.expect(4, "repair").out()).contains("HIT").contains(first);
    Path partly = scratch.resolve("partly");
    String warnings = program.expect(6, restore(first, partly)).err();
    assertThat(warnings).contains("file-");

    backUp(program);
    program.expect(0, "verify", "--all");
    program.expect(0, "check");
    program.expect(0, "repair");
    requireRestored(program, first);
    program.expect(0, "prune", "--bury-max", "100");
    assertThat(pack).doesNotExist();
    program.expect(0, "verify", "--all");
    requireRestored(program, first);
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#cases")
  void killedRepairLosesNothingAndIsCompletedByTheNext(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Program program = new Program(scratch);
    program.expect(0, "init");
    write(1);
    backUp(program);
    write(2);
    backUp(program);
    int killed = 0;
    // The first one dies with its first write.
    Victim.Strike strike = new Victim.Strike(1, Duration.ZERO);
    Victim.Whole usual = new Victim.Whole(new Command.Ended(0, "", ""), 0, Duration.ZERO);
    for (int moment = 0; moment < moments; moment++) {
      damage(random);
      killed += strike(program, strike) ? 1 : 0;
      Victim.Whole whole = Victim.runWhole(program, scratch, repository(), repair("--json"));
      String report = whole.ended().out();
      // What is left of a killed one is less than a whole one makes: the most that was seen counts.
      usual = usual.changes() < whole.changes() ? whole : usual;
      strike = usual.strike(random);
      assertThat(Answers.only(report, "done")).as(report).isEqualTo("true");
      backUp(program);
      program.expect(0, "verify", "--all");
      List<String> listed = Answers.all(program.expect(0, "list", "--json").out(), "id");
      assertThat(listed).hasSize(3 + moment);
      requireRestored(program, listed.getLast());
      program.expect(0, "prune", "--bury-max", "100", "--dead-after", "0");
    }
    assertThat(killed)
        .as("of " + moments + " repairs, those killed")
        .isGreaterThanOrEqualTo((moments + 1) / 2);
  }

  /// A part of the files differs, so that several packs are needed.
  private void write(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    for (int i = 0; i < FILES; i++) {
      byte[] bytes = new byte[50_000];
      random.nextBytes(bytes);
      Path file = source.resolve("file-" + i);
      if (!Files.exists(file)) {
        Files.write(file, bytes);
      }
    }
    byte[] more = new byte[100_000];
    random.nextBytes(more);
    Files.write(source.resolve("more-" + seed), more);
  }

  private void backUp(Program program) throws IOException {
    program.expect(0, "files", "backup", source.toString());
  }

  private Path repository() {
    return scratch.resolve("repository");
  }

  private Path largestPack() throws IOException {
    return objects("packs").stream()
        .max(Comparator.comparingLong(KilledRepairTest::size))
        .orElseThrow();
  }

  /// An index object, a data pack, and the newest maintenance state, if any.
  private void damage(SplittableRandom random) throws IOException {
    flip(largestPack(), 200 + random.nextInt(10_000));
    List<Path> index = objects("idx");
    if (!index.isEmpty()) {
      flip(index.get(random.nextInt(index.size())), 60);
    }
    List<Path> states = new ArrayList<>(objects("maint"));
    states.sort(Comparator.comparing(path -> Integer.valueOf(path.getFileName().toString())));
    if (!states.isEmpty()) {
      flip(states.getLast(), 60);
    }
  }

  private List<Path> objects(String folder) throws IOException {
    Path root = repository().resolve(folder);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[Math.min(at, bytes.length - 1)] ^= 8;
    Files.delete(file);
    Files.write(file, bytes);
  }

  private boolean strike(Program program, Victim.Strike moment) throws Exception {
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      var ended = Victim.killAtWork(program, scratch, repository(), moment, repair());
      if (ended.isEmpty()) {
        return true;
      }
      assertThat(ended.get().status()).as(ended.get().all()).isIn(0, 4);
      moment = moment.earlier();
    }
    return false;
  }

  private static String[] repair(String... more) {
    return Stream.concat(Stream.of("repair", "--read-all", "--dead-after", "0"), Stream.of(more))
        .toArray(String[]::new);
  }

  private static String[] restore(String backup, Path to) {
    return new String[] {"files", "restore", backup, "--to", to.toString()};
  }

  private void requireRestored(Program program, String backup) throws Exception {
    Path to = scratch.resolve("restored");
    program.expect(0, restore(backup, to));
    for (int i = 0; i < FILES; i++) {
      Path file = source.resolve("file-" + i);
      assertThat(to.resolve(file.toString().substring(1))).hasSameBinaryContentAs(file);
    }
    Scratch.remove(to);
  }
}
