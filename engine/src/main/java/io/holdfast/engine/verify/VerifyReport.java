package io.holdfast.engine.verify;

import io.holdfast.base.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was read back and what was wrong with it.
///
/// @param bytesRead plain bytes that were opened and compared
/// @param furtherFindings how many were found beyond those in `findings`
public record VerifyReport(
    List<String> backups,
    long chunksRead,
    long bytesRead,
    long walBytesRead,
    List<Finding> findings,
    long furtherFindings) {
  public VerifyReport {
    backups = List.copyOf(backups);
    findings = List.copyOf(findings);
  }

  /// Something damaged or missing.
  ///
  /// @param where the backup, file or object that suffers
  public record Finding(String where, String what) {}

  public boolean isClean() {
    return findings.isEmpty();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("clean", isClean());
    map.put("backups", backups);
    map.put("chunksRead", chunksRead);
    map.put("bytesRead", bytesRead);
    map.put("walBytesRead", walBytesRead);
    map.put(
        "findings",
        findings.stream().map(f -> Map.of("where", f.where(), "what", f.what())).toList());
    map.put("furtherFindings", furtherFindings);
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    for (Finding finding : findings) {
      lines.add("DAMAGED  " + finding.where() + ": " + finding.what());
    }
    lines.add(
        "read back %d chunks (%s) and %s of WAL of %d backup%s: %s"
            .formatted(
                chunksRead,
                new ByteSize(bytesRead),
                new ByteSize(walBytesRead),
                backups.size(),
                backups.size() == 1 ? "" : "s",
                isClean() ? "all as it was written" : count()));
    return lines;
  }

  private String count() {
    long all = findings.size() + furtherFindings;
    String plain = all == 1 ? "1 finding" : all + " findings";
    return furtherFindings == 0 ? plain : plain + ", the first " + findings.size() + " are shown";
  }
}
