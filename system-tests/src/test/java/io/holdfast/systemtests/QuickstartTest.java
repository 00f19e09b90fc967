package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Shows: `quickstart` exits 0, its proof is real, and it leaves nothing behind.
class QuickstartTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void getsADroppedTableBackAndProvesIt() throws Exception {
    long start = System.nanoTime();
    Command.Ended ended = new Program(scratch).with("TMPDIR", scratch.toString()).run("quickstart");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertThat(ended.status()).as(ended.all()).isZero();
    // Half a minute where nothing else runs; other tests run beside this one.
    assertThat(took).isLessThan(Duration.ofSeconds(90));
    assertThat(ended.out()).contains("not one row differs").contains("RPO").contains("RTO");
    requireNothingLeft();
  }

  @Test
  void proofFailsWhenARecoveredRowIsChanged() throws Exception {
    Command.Ended ended =
        new Program(scratch).with("TMPDIR", scratch.toString()).run("quickstart", "--tamper", "-q");
    assertThat(ended.status()).as(ended.all()).isEqualTo(4);
    assertThat(ended.err()).contains("HF-3008").contains("1 of ");
    requireNothingLeft();
  }

  private void requireNothingLeft() throws IOException {
    assertThat(Processes.in(scratch)).as("processes").isEmpty();
    assertThat(leftovers()).isEmpty();
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(scratch)) {
      return files
          .map(p -> String.valueOf(p.getFileName()))
          .filter(n -> n.startsWith("holdfast-"))
          .toList();
    }
  }
}
