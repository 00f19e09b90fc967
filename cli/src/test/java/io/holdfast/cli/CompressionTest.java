package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.holdfast.cli.TestRepository.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The level of compression, from the setting to what is stored.
class CompressionTest {
  private static final int LINES = 20_000;

  @TempDir private Path temporary = Path.of("");

  @Test
  void aHigherLevelStoresFewerBytesAndEverythingComesBack() throws IOException {
    Path source = temporary.toRealPath().resolve("rows");
    Files.writeString(source, rows());

    long fast = stored("fast", source, Map.of());
    long asFast = stored("asFast", source, Map.of("HOLDFAST_COMPRESSION_LEVEL", "1"));
    long small = stored("small", source, Map.of("HOLDFAST_COMPRESSION_LEVEL", "19"));

    // Each repository cuts by a key of its own, and packs are padded: a few percent are chance.
    assertThat(asFast).as("1 is the default").isCloseTo(fast, withPercentage(6));
    assertThat(made("default").run("config").good().out().lines())
        .anyMatch(line -> line.matches("compressionLevel +1\\b.*"));
    assertThat(small).isLessThan(fast * 9 / 10);
  }

  @Test
  void theLevelOfTheConfigurationIsTakenAndShown() throws IOException {
    Path source = temporary.toRealPath().resolve("rows");
    Files.writeString(source, rows());
    long fast = stored("fast", source, Map.of());
    Path config = temporary.resolve("configured.yaml");
    Files.writeString(
        config, "repositories: {main: {url: /not/used/as/BACKUP_DIR/wins, compressionLevel: 19}}");
    Map<String, String> configured = Map.of("HOLDFAST_CONFIG", config.toString());

    assertThat(stored("configured", source, configured)).isLessThan(fast * 9 / 10);
    assertThat(made("shown").run(configured, "config").good().out().lines())
        .anyMatch(line -> line.matches("compressionLevel +19"));
  }

  @Test
  void whatIsNoLevelIsRefusedBeforeAnythingIsRead() throws IOException {
    Result refused =
        made("refused").run(Map.of("HOLDFAST_COMPRESSION_LEVEL", "22"), "files", "backup", "/dev");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err())
        .contains("HOLDFAST_COMPRESSION_LEVEL is '22'", "from 1 (fast, the default) to 19");
  }

  /// Backs the file up into a new repository, restores and compares it, and answers the bytes of
  /// all packs.
  private long stored(String name, Path source, Map<String, String> environment)
      throws IOException {
    TestRepository repository = made(name);
    repository.run(environment, "files", "backup", source.toString()).good();
    repository.run("files", "restore", "latest", "--to", "out").good();
    assertThat(temporary.resolve(name).resolve("out" + source)).hasSameBinaryContentAs(source);
    repository.run("verify", "--all").good();
    try (Stream<Path> packs = Files.walk(repository.path().resolve("packs"))) {
      return packs.filter(Files::isRegularFile).mapToLong(pack -> pack.toFile().length()).sum();
    }
  }

  private TestRepository made(String name) throws IOException {
    return new TestRepository(Files.createDirectory(temporary.resolve(name)));
  }

  /// As a dump of a database looks.
  private static String rows() {
    SplittableRandom random = new SplittableRandom(1);
    String[] words = {"open", "paid", "sent", "returned", "Berlin", "Paris", "Lisbon", "Oslo"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append(i)
          .append('\t')
          .append(words[random.nextInt(4)])
          .append('\t')
          .append(words[4 + random.nextInt(4)])
          .append('\t')
          .append(random.nextInt(100_000))
          .append(".00\t2026-0")
          .append(1 + random.nextInt(9))
          .append("-1")
          .append(random.nextInt(10))
          .append('\n');
    }
    return text.toString();
  }
}
