package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.manifest.ManifestFile;
import io.holdfast.postgres.manifest.ManifestReader;
import io.holdfast.postgres.manifest.ManifestSummary;
import io.holdfast.repository.tree.FileEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Compares every file that arrived with the server's own manifest: nothing missing, nothing more,
/// same size, same checksum.
final class ManifestComparison {
  private static final int NAMED_MAX = 5;

  private final Map<String, FileEntry> unlisted;
  private final List<String> differences = new ArrayList<>();
  private long differenceCount;

  private ManifestComparison(Map<String, FileEntry> arrived) {
    this.unlisted = arrived;
  }

  /// Reads the manifest as a stream.
  ///
  /// @param arrived what arrived, by path, with checksums as digests; listed files are taken out,
  ///   so that nothing more has to be remembered of each
  /// @throws BackupException `MANIFEST_MISMATCH` that names the first differences
  static ManifestSummary require(InputStream manifest, Map<String, FileEntry> arrived)
      throws IOException {
    ManifestComparison comparison = new ManifestComparison(arrived);
    ManifestSummary summary = ManifestReader.read(manifest, comparison::compare);
    for (String path : arrived.keySet()) {
      comparison.differ(path + " is not in the manifest");
    }
    if (comparison.differenceCount > 0) {
      throw new BackupException(
          ErrorCode.MANIFEST_MISMATCH,
          comparison.differenceCount
              + " files are not what the server's manifest says: "
              + String.join("; ", comparison.differences),
          "Nothing was published. Run the backup again; if it happens again, suspect memory or the"
              + " network.");
    }
    return summary;
  }

  private void compare(ManifestFile file) {
    FileEntry found = unlisted.remove(file.path());
    if (found == null) {
      differ(file.path() + " did not arrive, or is listed twice");
    } else if (found.size() != file.size()) {
      differ(file.path() + " has " + found.size() + " bytes, not " + file.size());
    } else if (!Arrays.equals(
        found.digest().toBytes(), file.checksum().getBytes(StandardCharsets.US_ASCII))) {
      differ(file.path() + " has another checksum");
    }
  }

  private void differ(String what) {
    differenceCount++;
    if (differences.size() < NAMED_MAX) {
      differences.add(what);
    }
  }
}
