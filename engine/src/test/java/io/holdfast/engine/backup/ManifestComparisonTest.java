package io.holdfast.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.ClusterReceiver.Arrived;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManifestComparisonTest {
  private final Map<String, Arrived> arrived = new TreeMap<>();

  @BeforeEach
  void twoFilesArrived() {
    arrived.put("PG_VERSION", new Arrived(3, "00000001"));
    arrived.put("base/5/1259", new Arrived(8192, "00000002"));
  }

  @Test
  void acceptsWhatIsListedWithSizeAndChecksum() throws Exception {
    assertThat(ManifestComparison.require(manifest(arrived), arrived).files()).isEqualTo(2);
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
    assertThatThrownBy(() -> ManifestComparison.require(manifest, arrived))
        .hasMessageNotContaining("extra/5");
  }

  private void assertMismatch(byte[] manifest, String... texts) {
    assertThatThrownBy(() -> ManifestComparison.require(manifest, arrived))
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
    byte[] signed = text.toString().getBytes(StandardCharsets.UTF_8);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(signed));
    return (text + "\"Manifest-Checksum\": \"" + digest + "\"}\n").getBytes(StandardCharsets.UTF_8);
  }
}
