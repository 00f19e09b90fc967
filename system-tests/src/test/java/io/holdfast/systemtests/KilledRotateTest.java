package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `key rotate` is killed at seeded moments while it writes, with and without a new key file. The
/// key that was in use opens the repository until the new one does; every backup verifies, `key
/// check` finds nothing, backups go on, and the rotation is completed when it is repeated.
class KilledRotateTest {
  private static final int TRIES_MAX = 4;

  /// 64 digits and a line feed.
  private static final long KEY_FILE_BYTES = 65;

  private Path scratch = Path.of("/tmp");
  private Path repository = Path.of("/tmp");
  private Path source = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    repository = scratch.resolve("repository");
    source = Files.createDirectory(scratch.resolve("source"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#cases")
  void killedRotationLocksNobodyOutAndIsCompletedByTheNext(long seed, int moments)
      throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Path key = scratch.resolve("first.key");
    Program program = new Program(scratch).withKeyFile(key);
    program.expect(0, "init");
    int backups = 0;
    backUp(program, backups++);
    Victim.Whole usual =
        Victim.runWhole(
            program, scratch, repository, "key", "rotate", "--new-key-file", "" + newKey("usual"));
    assertThat(usual.ended().status()).as(usual.ended().all()).isZero();
    assertThat(usual.changes()).as("changes of the repository").isPositive();
    key = newKey("usual");

    int killed = 0;
    for (int moment = 0; moment < moments; moment++) {
      Program old = program.withKeyFile(key);
      Path next = newKey("next-" + moment);
      boolean isExchange = moment % 2 == 0;
      String[] rotate =
          isExchange
              ? new String[] {"key", "rotate", "--new-key-file", next.toString()}
              : new String[] {"key", "rotate"};
      killed += strike(old, random, usual, rotate) ? 1 : 0;

      Program in = opened(old, next);
      requireWhole(in, backups);
      backUp(in, backups++);
      if (in == old) {
        if (Files.exists(next) && Files.size(next) != KEY_FILE_BYTES) {
          // Killed while the key file was made: it opens nothing, and is refused.
          old.expect(2, rotate);
          Files.delete(next);
        }
        old.expect(0, rotate);
      }
      if (isExchange) {
        assertThat(old.run("list").err()).contains("HF-1012");
        key = next;
      }
      requireWhole(program.withKeyFile(key), backups);
    }
    assertThat(killed)
        .as("of " + moments + " rotations, those killed while they wrote")
        .isGreaterThanOrEqualTo((moments + 1) / 2);
    requireRestored(program.withKeyFile(key));
  }

  private Path newKey(String name) {
    return scratch.resolve(name + ".key");
  }

  /// Kills it at one of the changes that a whole rotation makes, or shortly after; one that was
  /// quicker than the usual one is over before that comes, and another is struck earlier.
  private boolean strike(Program old, SplittableRandom random, Victim.Whole usual, String[] rotate)
      throws Exception {
    Victim.Strike strike = usual.strike(random);
    for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
      var ended = Victim.killAtWork(old, scratch, repository, strike, rotate);
      if (ended.isEmpty()) {
        return true;
      }
      assertThat(ended.get().status()).as(ended.get().all()).isZero();
      if (rotate.length > 2) {
        // It is done: the old key is out.
        return false;
      }
      strike = strike.earlier();
    }
    return false;
  }

  /// The old key opens, unless the new one is there and does.
  private static Program opened(Program old, Path next) throws IOException {
    if (old.run("key", "check").status() == 0) {
      return old;
    }
    assertThat(next).exists();
    Program exchanged = old.withKeyFile(next);
    exchanged.expect(0, "key", "check");
    return exchanged;
  }

  private void backUp(Program program, int number) throws IOException {
    byte[] bytes = new byte[50_000];
    Seeds.random(number).nextBytes(bytes);
    Files.write(source.resolve("file-" + number), bytes);
    program.expect(0, "files", "backup", source.toString());
  }

  private static void requireWhole(Program program, int backups) throws IOException {
    program.expect(0, "key", "check");
    assertThat(program.expect(0, "key", "list").out()).contains("the key in use");
    assertThat(Answers.all(program.expect(0, "list", "--json").out(), "id")).hasSize(backups);
    program.expect(0, "verify", "--all");
  }

  private void requireRestored(Program program) throws Exception {
    List<String> listed = Answers.all(program.expect(0, "list", "--json").out(), "id");
    Path to = scratch.resolve("restored");
    program.expect(0, "files", "restore", listed.getLast(), "--to", to.toString());
    try (var files = Files.list(source)) {
      for (Path file : files.toList()) {
        assertThat(to.resolve(file.toString().substring(1))).hasSameBinaryContentAs(file);
      }
    }
  }
}
