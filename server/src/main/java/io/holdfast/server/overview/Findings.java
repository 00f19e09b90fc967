package io.holdfast.server.overview;

import io.holdfast.engine.doctor.DoctorReport;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// What a test of a source or of a repository found.
///
/// @param healthy whether backups can work, as far as this goes
record Findings(String name, boolean healthy, Instant at, List<Finding> findings) {
  /// @param level ok, warn or fail
  /// @param hint what to do; empty if nothing
  record Finding(String level, String what, String hint) {}

  static Findings of(String name, DoctorReport report, Instant at) {
    return new Findings(
        name,
        report.isHealthy(),
        at,
        report.findings().stream()
            .map(
                it -> new Finding(it.level().name().toLowerCase(Locale.ROOT), it.what(), it.hint()))
            .toList());
  }
}
