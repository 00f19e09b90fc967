package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.storage.s3.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Memory does not grow with the data: many times the data, the same peak of a backup. The other
/// commands stay under the same bound. The heap may grow far beyond that bound when it has to, so
/// what is kept for each extent would show here.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason =
        "hundreds of MiB through each kind of work: minutes by itself, so only with -Pthorough")
class MemoryTest {
  private static final long MIB = 1 << 20;
  private static final long LIMIT_BYTES = 300 * MIB;
  private static final long BUCKET_LIMIT_BYTES = 350 * MIB;
  private static final long LATER_FILES_LIMIT_BYTES = 230 * MIB;
  private static final int FILES = 50_000;
  private static final double GROWTH_MAX = 1.2;
  private static final int ROW_BYTES = 300;

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
  void peakMemoryOfBackupVerifyAndRestoreDoesNotGrowWithTheData() throws Exception {
    List<Long> small = peaks("small", (Seeds.thorough() ? 512 : 160) * MIB, Map.of());
    List<Long> large = peaks("large", (Seeds.thorough() ? 4096 : 480) * MIB, Map.of());
    assertThat(large).allSatisfy(peak -> assertThat(peak).isLessThan(LIMIT_BYTES));
    assertThat((double) large.getFirst())
        .as("backup: %d MiB became %d MiB", small.getFirst() / MIB, large.getFirst() / MIB)
        .isLessThan(GROWTH_MAX * small.getFirst());
  }

  /// What is uploaded and read ahead of a store over a network counts here.
  @Test
  void aBucketNeedsSoMuchMoreAndNotMore() throws Exception {
    try (S3Server bucket =
        S3Server.start(S3Server.Kind.S3PROXY, Files.createDirectory(scratch.resolve("s3")))) {
      Map<String, String> place = new HashMap<>(S3Server.environment());
      place.put("BACKUP_DIR", bucket.placeAt(bucket.endpoint()));
      List<Long> peaks = peaks("bucket", (Seeds.thorough() ? 2048 : 320) * MIB, place);
      assertThat(peaks).allSatisfy(peak -> assertThat(peak).isLessThan(BUCKET_LIMIT_BYTES));
    }
  }

  /// Large packs, pieces that are compared with, lists of entries that were looked at once: none of
  /// it may stay where little is stored.
  @Test
  void laterBackupsOfFilesNeedLess() throws Exception {
    Path source = Files.createDirectory(scratch.resolve("files"));
    SplittableRandom random = Seeds.random(1);
    for (int i = 0; i < FILES; i++) {
      if (i % 1000 == 0) {
        Files.createDirectory(source.resolve("d" + i / 1000));
      }
      byte[] content = new byte[1 + random.nextInt(8 << 10)];
      random.nextBytes(content);
      Files.write(file(source, i), content);
    }
    Program program = new Program(scratch);
    program.expect(0, "init");
    List<Long> peaks = new ArrayList<>();
    peaks.add(PeakMemory.of(program, scratch, "files", "backup", source.toString()));
    peaks.add(PeakMemory.of(program, scratch, "files", "backup", source.toString()));
    for (int i = 0; i < FILES; i += 100) {
      Files.writeString(file(source, i), "a little more", StandardOpenOption.APPEND);
    }
    peaks.add(PeakMemory.of(program, scratch, "files", "backup", source.toString()));
    System.out.println("files: " + peaks.stream().map(p -> p / MIB + " MiB").toList());
    assertThat(peaks.getFirst()).isLessThan(LIMIT_BYTES);
    assertThat(peaks.subList(1, 3))
        .allSatisfy(peak -> assertThat(peak).isLessThan(LATER_FILES_LIMIT_BYTES));
  }

  private static Path file(Path source, int number) {
    return source.resolve("d" + number / 1000).resolve("file-" + number);
  }

  private List<Long> peaks(String name, long dataBytes, Map<String, String> place)
      throws Exception {
    Path home = Files.createDirectory(scratch.resolve(name));
    try (Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            home.resolve("source"),
            Map.of("fsync", "off", "max_wal_size", "1GB", "autovacuum", "off"))) {
      source.execute(
          "CREATE TABLE t AS SELECT n, md5(n::text) || md5((n * 3)::text) || md5((n * 5)::text)"
              + " || md5((n * 7)::text) || md5((n * 11)::text) || md5((n * 13)::text)"
              + " || md5((n * 17)::text) || md5((n * 19)::text) AS filler FROM generate_series(1::bigint, "
              + dataBytes / ROW_BYTES
              + ") n",
          "CHECKPOINT");
      assertThat(Long.parseLong(source.sql("SELECT pg_relation_size('t')")))
          .isGreaterThan(dataBytes * 9 / 10);
      Program program = new Program(home).with("DATABASE_URL", source.url());
      for (var variable : place.entrySet()) {
        program = program.with(variable.getKey(), variable.getValue());
      }
      program.expect(0, "init");
      List<Long> peaks = new ArrayList<>();
      peaks.add(PeakMemory.of(program, home, "backup"));
      if (Seeds.thorough()) {
        peaks.add(PeakMemory.of(program, home, "backup", "--type", "incremental"));
        peaks.add(PeakMemory.of(program, home, "verify", "latest"));
      }
      peaks.add(PeakMemory.of(program, home, "restore", "latest", "--to", home + "/restored"));
      System.out.println(name + ": " + peaks.stream().map(p -> p / MIB + " MiB").toList());
      return peaks;
    } finally {
      Scratch.remove(home);
    }
  }
}
