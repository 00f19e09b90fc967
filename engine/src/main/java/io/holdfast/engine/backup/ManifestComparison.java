package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.ClusterReceiver.Arrived;
import io.holdfast.postgres.manifest.ManifestFile;
import io.holdfast.postgres.manifest.ManifestReader;
import io.holdfast.postgres.manifest.ManifestSummary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Compares every file that arrived with the server's own manifest: nothing missing, nothing more,
/// same size, same checksum.
final class ManifestComparison {
  private static final int NAMED_MAX = 5;

  private final Map<String, Arrived> arrived;
  private final Set<String> listed = new HashSet<>();
  private final List<String> differences = new ArrayList<>();
  private long differenceCount;

  private ManifestComparison(Map<String, Arrived> arrived) {
    this.arrived = arrived;
  }

  /// @throws BackupException `MANIFEST_MISMATCH` that names the first differences
  static ManifestSummary require(byte[] manifest, Map<String, Arrived> arrived) throws IOException {
    ManifestComparison comparison = new ManifestComparison(arrived);
    ManifestSummary summary =
        ManifestReader.read(new ByteArrayInputStream(manifest), comparison::compare);
    for (String path : arrived.keySet()) {
      if (!comparison.listed.contains(path)) {
        comparison.differ(path + " is not in the manifest");
      }
    }
    if (comparison.differenceCount > 0) {
      throw new BackupException(
          ErrorCode.MANIFEST_MISMATCH,
          comparison.differenceCount
              + " files are not what the server's manifest says: "
              + String.join("; ", comparison.differences),
          "Nothing was published. Run the backup again; if it happens again, suspect memory or the network.");
    }
    return summary;
  }

  private void compare(ManifestFile file) {
    listed.add(file.path());
    Arrived found = arrived.get(file.path());
    if (found == null) {
      differ(file.path() + " did not arrive");
    } else if (found.size() != file.size()) {
      differ(file.path() + " has " + found.size() + " bytes, not " + file.size());
    } else if (!found.checksum().equals(file.checksum())) {
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
