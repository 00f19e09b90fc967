package io.holdfast.postgres.server;

import java.util.ArrayList;
import java.util.List;

/// What a check looked at and found.
///
/// @param checked how many pages, relations or statements were looked at
/// @param findingCount how many things are wrong
/// @param findings the first of them
/// @param remarks what could not be checked, and why
public record CheckReport(
    long checked, long findingCount, List<CheckFinding> findings, List<String> remarks) {
  /// How many findings a report lists.
  public static final int MOST_FINDINGS = 200;

  public CheckReport {
    findings = List.copyOf(findings);
    remarks = List.copyOf(remarks);
  }

  public boolean isClean() {
    return findingCount == 0;
  }

  /// Collects a report. *Guarded* by itself: several threads may add.
  static final class Builder {
    private final List<CheckFinding> findings = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private long checked;
    private long findingCount;

    synchronized void checked(long more) {
      checked += more;
    }

    synchronized void finding(String where, String what) {
      findingCount++;
      if (findings.size() < MOST_FINDINGS) {
        findings.add(new CheckFinding(where, what));
      }
    }

    synchronized void remark(String remark) {
      if (remarks.size() < MOST_FINDINGS) {
        remarks.add(remark);
      }
    }

    synchronized CheckReport build() {
      return new CheckReport(checked, findingCount, findings, remarks);
    }
  }
}
