package io.holdfast.postgres.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.manifest.ManifestSummary.WalRange;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(Lifecycle.PER_CLASS)
class ManifestReaderTest {
  private static final String LATIN_1_NAME = "caf\udce9";
  private static final String UTF_8_NAME = "quote\"d\\ ü.txt";

  private final TestCluster cluster;

  ManifestReaderTest() throws IOException {
    cluster = TestCluster.create(TestPrograms.WITH_TOOLS);
  }

  @BeforeAll
  void makeCluster() throws Exception {
    cluster.configure("wal_level = replica", "max_wal_senders = 4");
    shell("cd " + cluster.data() + " && echo au lait > " + shellWord(LATIN_1_NAME));
    shell("cd " + cluster.data() + " && echo x > " + shellWord(UTF_8_NAME));
    cluster.start();
    cluster.sql("CREATE TABLE t AS SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n");
  }

  @AfterAll
  void removeCluster() throws Exception {
    cluster.close();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"NONE", "CRC32C", "SHA224", "SHA256", "SHA384", "SHA512"})
  void everyFileOfABackupMatchesItsEntry(String algorithm) throws Exception {
    Path backup = backup(algorithm);
    Map<String, ManifestFile> entries = new TreeMap<>();
    ManifestSummary summary;
    try (InputStream in = Files.newInputStream(backup.resolve("backup_manifest"))) {
      summary = ManifestReader.read(in, file -> entries.put(file.path(), file));
    }
    assertThat(summary.version()).isEqualTo(1);
    assertThat(summary.files()).isEqualTo(entries.size()).isGreaterThan(900);
    assertThat(summary.walRanges()).extracting(WalRange::timeline).containsExactly(1);
    assertThat(summary.walRanges().getFirst().start())
        .isEqualTo(ControlFile.read(backup).checkpoint().redo());
    assertThat(entries).containsKeys(LATIN_1_NAME, UTF_8_NAME, "global/pg_control");
    long bytes = 0;
    for (ManifestFile entry : entries.values()) {
      byte[] content = read(backup, entry.path());
      bytes += content.length;
      FileDigest digest = FileDigest.of(entry.algorithm());
      digest.update(content, 0, content.length / 3);
      digest.update(content, content.length / 3, content.length - content.length / 3);
      assertThat(entry.algorithm().label()).isEqualTo(algorithm);
      assertThat((long) content.length).as(entry.path()).isEqualTo(entry.size());
      assertThat(digest.hex()).as(entry.path()).isEqualTo(entry.checksum());
    }
    assertThat(summary.bytes()).isEqualTo(bytes);
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyChangedByteIsRefused(long seed) throws Exception {
    byte[] manifest = Files.readAllBytes(backup("CRC32C").resolve("backup_manifest"));
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 40; round++) {
      byte[] changed = manifest.clone();
      // Not the two bytes after the checksum: a brace and a line end, of which the latter is free.
      int at = random.nextInt(changed.length - 1);
      changed[at] = (byte) (changed[at] ^ (1 + random.nextInt(127)));
      if (Character.toLowerCase(changed[at]) != Character.toLowerCase(manifest[at])) {
        refused(changed, "");
      }
      refused(java.util.Arrays.copyOf(manifest, random.nextInt(manifest.length - 1)), "");
    }
  }

  @Test
  void readsVersionTwoWithItsSystemIdentifier() throws Exception {
    String text =
        """
        { "PostgreSQL-Backup-Manifest-Version": 2,
        "System-Identifier": 18446744073709551615,
        "Files": [
        { "Path": "base/1/\\u00e9\\ud83d\\ude00", "Size": 3, "Last-Modified": "2026-02-28 23:59:59 GMT" }
        ],
        "WAL-Ranges": [
        { "Timeline": 2, "Start-LSN": "0/3000000", "End-LSN": "0/4000000" },
        { "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/3000000" }
        ],
        """;
    List<ManifestFile> files = new ArrayList<>();
    ManifestSummary summary = ManifestReader.read(signed(text), files::add);
    assertThat(summary.version()).isEqualTo(2);
    assertThat(summary.systemIdentifier()).hasValue(-1);
    assertThat(summary.walRanges()).hasSize(2);
    assertThat(files)
        .containsExactly(
            new ManifestFile(
                "base/1/é😀",
                3,
                Instant.parse("2026-02-28T23:59:59Z"),
                ChecksumAlgorithm.NONE,
                ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"Path\": \"../etc/passwd\", \"Size\": 1}",
        "{\"Path\": \"/etc/passwd\", \"Size\": 1}",
        "{\"Path\": \"a//b\", \"Size\": 1}",
        "{\"Path\": \"\", \"Size\": 1}",
        "{\"Encoded-Path\": \"2e2e2f61\", \"Size\": 1}",
        "{\"Encoded-Path\": \"2\", \"Size\": 1}",
        "{\"Path\": \"a\", \"Path\": \"b\", \"Size\": 1}",
        "{\"Path\": \"a\"}",
        "{\"Path\": \"a\", \"Size\": -1}",
        "{\"Path\": \"a\", \"Size\": 01}",
        "{\"Path\": \"a\", \"Size\": 99999999999999999999}",
        "{\"Path\": \"a\", \"Size\": 1, \"Colour\": \"red\"}",
        "{\"Path\": \"a\", \"Size\": 1, \"Last-Modified\": \"2026-02-30 00:00:00 GMT\"}",
        "{\"Path\": \"a\", \"Size\": 1, \"Checksum-Algorithm\": \"MD5\", \"Checksum\": \"00\"}",
        "{\"Path\": \"a\", \"Size\": 1, \"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": \"00\"}",
        "[[[[[[[[[[[[[[[[",
        "{\"Path\": \"a\\ud800\", \"Size\": 1}",
        "{\"Path\": \"a\nb\", \"Size\": 1}",
        "{,}",
        "{\"Path\": \"a\", \"Size\": 1},",
      })
  void malformedEntriesAreRefused(String entry) throws Exception {
    String text =
        "{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"Files\": [\n"
            + entry
            + "\n],\n\"WAL-Ranges\": [],\n";
    assertThatThrownBy(() -> ManifestReader.read(signed(text), _ -> {}))
        .isInstanceOf(BackupException.class)
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.MANIFEST_MISMATCH);
  }

  @Test
  void otherVersionsAndEndlessLinesAreRefused() {
    refused("{ \"PostgreSQL-Backup-Manifest-Version\": 3".getBytes(StandardCharsets.UTF_8), "3");
    refused("{ \"Files\": []".getBytes(StandardCharsets.UTF_8), "before its version");
    refused(("{" + " ".repeat(70_000)).getBytes(StandardCharsets.UTF_8), "a line of more");
    refused(
        ("{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"" + "x".repeat(40_000))
            .getBytes(StandardCharsets.UTF_8),
        "a string of more");
  }

  private static InputStream signed(String text) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    String whole = text + "\"Manifest-Checksum\": \"" + HexFormat.of().formatHex(digest) + "\"}\n";
    return new ByteArrayInputStream(whole.getBytes(StandardCharsets.UTF_8));
  }

  private static void refused(byte[] manifest, String message) {
    assertThatThrownBy(() -> ManifestReader.read(new ByteArrayInputStream(manifest), _ -> {}))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.MANIFEST_MISMATCH);
  }

  /// Java cannot open names beyond ASCII under every locale, so the shell reads those.
  private byte[] read(Path backup, String path) throws IOException {
    if (path.equals(LATIN_1_NAME) || path.equals(UTF_8_NAME)) {
      return shell("cd " + backup + " && cat " + shellWord(path))
          .getBytes(StandardCharsets.ISO_8859_1);
    }
    return Files.readAllBytes(backup.resolve(path));
  }

  private String shell(String command) throws IOException {
    return cluster.asServerUser(List.of("sh", "-c", command));
  }

  private static String shellWord(String path) {
    StringBuilder word = new StringBuilder("\"$(printf '");
    for (byte b : RawPath.encode(path)) {
      word.append(String.format(java.util.Locale.ROOT, "\\%03o", b & 0xff));
    }
    return word + "')\"";
  }

  private Path backup(String algorithm) throws IOException {
    Path backup = cluster.place().directory().resolve("backup-" + algorithm);
    if (!Files.exists(backup)) {
      cluster.asServerUser(
          List.of(
              cluster.programs().program("pg_basebackup").toString(),
              "--host=" + cluster.place().socketDirectory(),
              "--username=postgres",
              "--pgdata=" + backup,
              "--checkpoint=fast",
              "--wal-method=none",
              "--no-sync",
              "--manifest-checksums=" + algorithm));
    }
    return backup;
  }
}
