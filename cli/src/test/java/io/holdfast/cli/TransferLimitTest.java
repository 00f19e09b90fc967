package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.cli.TestRepository.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The limits of speed, from the option to the bytes that flow. A limit is a lower bound of the
/// time that so many bytes take, whatever else the machine does.
class TransferLimitTest {
  private static final int BYTES = 3 << 20;

  /// What `BYTES` take at 1 MiB per second, less what may go at once and what clocks differ.
  private static final Duration LIMITED = Duration.ofMillis(2_700);

  @TempDir private Path temporary = Path.of("");
  private Path source = Path.of("");
  private Optional<TestRepository> made = Optional.empty();

  @BeforeEach
  void makeSource() throws IOException {
    source = temporary.toRealPath().resolve("random");
    Files.write(source, Seeds.entropy(1).bytes(BYTES));
    made = Optional.of(new TestRepository(temporary.toRealPath()));
  }

  @Test
  void aBackupSendsNoMoreBytesPerSecondThanAllowed() {
    assertThat(timeOf("files", "backup", source.toString(), "--limit-upload", "1MiB"))
        .isGreaterThan(LIMITED);
  }

  @Test
  void aRestoreFetchesNoMoreBytesPerSecondThanAllowed() {
    repository().run("files", "backup", source.toString()).good();
    assertThat(timeOf("files", "restore", "latest", "--to", "out", "--limit-download", "1MiB"))
        .isGreaterThan(LIMITED);
    assertThat(temporary.resolve("out" + source)).hasSameBinaryContentAs(source);
  }

  @Test
  void whatIsNoRateIsRefusedBeforeAnythingIsStored() throws IOException {
    List<Path> before = objects();
    for (String option : List.of("--limit-upload", "--limit-download")) {
      Result refused = repository().run("files", "backup", source.toString(), option, "1 mile");
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("HF-1001", option + " '1 mile' is no rate");
    }
    assertThat(objects()).isEqualTo(before);
  }

  private Duration timeOf(String... command) {
    long begin = System.nanoTime();
    repository().run(command).good();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private List<Path> objects() throws IOException {
    try (Stream<Path> files = Files.walk(repository().path())) {
      return files.sorted().toList();
    }
  }

  private TestRepository repository() {
    return made.orElseThrow();
  }
}
