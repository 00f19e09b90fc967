package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.manifest.ManifestSummary;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestComparisonTest {
  private static final int PIECE_BYTES = 8000;

  private final Map<String, Arrived> arrived = new TreeMap<>();

  private record Arrived(long size, String checksum) {}

  @BeforeEach
  void twoFilesArrived() {
    arrived.put("PG_VERSION", new Arrived(3, "00000001"));
    arrived.put("base/5/1259", new Arrived(8192, "00000002"));
  }

  @Test
  void acceptsWhatIsListedWithSizeAndChecksum() throws Exception {
    assertThat(require(manifest(arrived), arrived).files()).isEqualTo(2);
  }

  @Test
  void namesAFileThatDidNotArrive() throws Exception {
    byte[] manifest = manifest(arrived);
    arrived.remove("base/5/1259");
    assertMismatch(manifest, "1 files are not", "base/5/1259 did not arrive");
  }

  @Test
  void namesAFileThatTheServerDoesNotKnow() throws Exception {
    byte[] manifest = manifest(arrived);
    arrived.put("base/5/1260", new Arrived(8192, "00000003"));
    assertMismatch(manifest, "base/5/1260 is not in the manifest");
  }

  @Test
  void namesAFileOfAnotherSizeOrChecksum() throws Exception {
    byte[] manifest = manifest(arrived);
    arrived.put("PG_VERSION", new Arrived(4, "00000001"));
    arrived.put("base/5/1259", new Arrived(8192, "00000004"));
    assertMismatch(
        manifest,
        "2 files are not",
        "PG_VERSION has 4 bytes, not 3",
        "base/5/1259 has another checksum");
  }

  @Test
  void countsAllDifferencesAndNamesTheFirstFive() throws Exception {
    byte[] manifest = manifest(arrived);
    for (int i = 0; i < 9; i++) {
      arrived.put("extra/" + i, new Arrived(1, "00000005"));
    }
    assertMismatch(manifest, "9 files are not", "extra/4");
    assertThatThrownBy(() -> require(manifest, arrived)).hasMessageNotContaining("extra/5");
  }

  @Test
  void namesAFileThatIsListedTwice() throws Exception {
    String once = new String(manifest(arrived), StandardCharsets.UTF_8);
    String body = once.substring(0, once.indexOf("\n],\n\"WAL-Ranges"));
    String entry = body.substring(body.lastIndexOf('{'));
    String rest = once.substring(body.length(), once.indexOf("\"Manifest-Checksum"));
    assertMismatch(signed(body + ",\n" + entry + rest), "base/5/1259", "is listed twice");
  }

  @Test
  void largeManifestIsStoredAsItCameWhileItIsCompared() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      arrived.put("base/5/" + (100_000 + i), new Arrived(i, "%08x".formatted(i)));
    }
    byte[] manifest = manifest(arrived);
    MemoryChunks chunks = new MemoryChunks();
    TreeWriter tree = new TreeWriter(chunks, Optional.empty());
    FileLayout lines = new FileLayout.Lines();
    try (ManifestIntake intake = new ManifestIntake(tree.lines("manifest"))) {
      long bytes = takeIn(intake, manifest);
      assertThat(bytes).isEqualTo(manifest.length);
      assertThat(intake.summary().files()).isEqualTo(arrived.size());
    }
    tree.putFile(entry("manifest", manifest.length, Digest.NONE), lines);
    TreeWriter whole = new TreeWriter(chunks, Optional.empty());
    whole.putSmallFile(entry("manifest", manifest.length, Digest.NONE), lines, manifest);

    var root = tree.finish().root();
    assertThat(root).isEqualTo(whole.finish().root());
    TreeReader reader = TreeReader.open(chunks, root);
    TreeFile file = reader.file("manifest").orElseThrow();
    assertThat(reader.readAll(file, manifest.length)).isEqualTo(manifest);
  }

  @Test
  void manifestThatIsBrokenAtItsBeginningIsTakenInToItsEndAndRefused() throws Exception {
    byte[] broken = new byte[1 << 20];
    TreeWriter tree = new TreeWriter(new MemoryChunks(), Optional.empty());
    try (ManifestIntake intake = new ManifestIntake(tree.lines("manifest"))) {
      assertThatThrownBy(() -> takeIn(intake, broken))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_MISMATCH));
    }
  }

  private long takeIn(ManifestIntake intake, byte[] manifest) throws IOException {
    entries(arrived).values().forEach(intake::arrived);
    for (int at = 0; at < manifest.length; at += PIECE_BYTES) {
      intake.write(manifest, at, Math.min(PIECE_BYTES, manifest.length - at));
    }
    return intake.finish();
  }

  private static ManifestSummary require(byte[] manifest, Map<String, Arrived> arrived)
      throws IOException {
    return ManifestComparison.require(new ByteArrayInputStream(manifest), entries(arrived));
  }

  private static Map<String, FileEntry> entries(Map<String, Arrived> arrived) {
    Map<String, FileEntry> entries = new TreeMap<>();
    arrived.forEach(
        (path, file) ->
            entries.put(
                path,
                entry(
                    path,
                    file.size(),
                    Digest.of(file.checksum().getBytes(StandardCharsets.US_ASCII)))));
    return entries;
  }

  private static FileEntry entry(String path, long size, Digest digest) {
    return new FileEntry(path, FileKind.FILE, size, 0600, 1, "", "", "", digest);
  }

  private void assertMismatch(byte[] manifest, String... texts) {
    assertThatThrownBy(() -> require(manifest, arrived))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.MANIFEST_MISMATCH);
              assertThat(e.text()).contains(texts);
            });
  }

  /// As the server writes it.
  private static byte[] manifest(Map<String, Arrived> files) throws Exception {
    StringBuilder text =
        new StringBuilder("{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"Files\": [");
    String separator = "\n";
    for (var file : files.entrySet()) {
      text.append(separator)
          .append(
              "{ \"Path\": \"%s\", \"Size\": %d, ".formatted(file.getKey(), file.getValue().size()))
          .append("\"Last-Modified\": \"2026-02-28 23:59:59 GMT\", ")
          .append("\"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": \"")
          .append(file.getValue().checksum())
          .append("\" }");
      separator = ",\n";
    }
    text.append("\n],\n\"WAL-Ranges\": [\n")
        .append(
            "{ \"Timeline\": 1, \"Start-LSN\": \"0/2000028\", \"End-LSN\": \"0/2000100\" }\n],\n");
    return signed(text.toString());
  }

  private static byte[] signed(String text) throws Exception {
    byte[] signed = text.getBytes(StandardCharsets.UTF_8);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(signed));
    return (text + "\"Manifest-Checksum\": \"" + digest + "\"}\n").getBytes(StandardCharsets.UTF_8);
  }
}
