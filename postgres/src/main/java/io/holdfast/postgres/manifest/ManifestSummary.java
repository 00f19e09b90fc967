package io.holdfast.postgres.manifest;

import io.holdfast.postgres.Lsn;
import java.util.List;
import java.util.OptionalLong;

/// What a manifest says beside its files.
///
/// @param systemIdentifier an unsigned number, present in version 2
/// @param walRanges newest timeline first
/// @param files how many entries there are
/// @param bytes sum of their sizes
/// @param checksum SHA-256 of the manifest, hexadecimal; verified
public record ManifestSummary(
    int version,
    OptionalLong systemIdentifier,
    List<WalRange> walRanges,
    long files,
    long bytes,
    String checksum) {
  public ManifestSummary {
    walRanges = List.copyOf(walRanges);
  }

  /// WAL that must be replayed before the backup is consistent: from `start` up to, not including,
  /// `end`.
  public record WalRange(int timeline, Lsn start, Lsn end) {}
}
