package io.holdfast.engine.verify;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Proofs;
import io.holdfast.repository.Repository;
import io.holdfast.repository.Verification.IndexedPack;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How much of what is stored in packs has been read back lately.
///
/// @param days how lately
/// @param packBytes of packs that are in use
/// @param provedBytes of packs that were read back within these days and were what was written
/// @param oldest how long ago the pack that waits the longest was read back or written
/// @param damaged packs that were damaged when they were last read
public record ProofCoverage(
    long days, long packBytes, long provedBytes, Duration oldest, List<PackId> damaged) {
  public ProofCoverage {
    damaged = List.copyOf(damaged);
  }

  /// By the records that are in the repository now.
  public static ProofCoverage of(Repository repository, Instant now, long days) throws IOException {
    return of(repository.verification().indexedPacks(), repository.proofs(), now, days);
  }

  /// As [#of(Repository, Instant, long)].
  public static ProofCoverage look(OpenRepository repository, Instant now, long days) {
    return Failures.translate(
        "look at what was proved", () -> of(repository.repository(), now, days));
  }

  static ProofCoverage of(List<IndexedPack> packs, Proofs proofs, Instant now, long days) {
    Instant since = now.minus(Duration.ofDays(days));
    long bytes = 0;
    long proved = 0;
    Instant oldest = now;
    for (IndexedPack pack : packs) {
      if (pack.isWithdrawn()) {
        continue;
      }
      bytes += pack.bytes();
      Instant at = proofs.provedAt(pack.id()).orElse(Instant.EPOCH);
      if (!at.isBefore(since)) {
        proved += pack.bytes();
      }
      Instant last = at.isAfter(pack.writtenAt()) ? at : pack.writtenAt();
      oldest = last.isBefore(oldest) ? last : oldest;
    }
    List<PackId> damaged =
        packs.stream()
            .filter(pack -> !pack.isWithdrawn() && proofs.isDamaged(pack.id()))
            .map(IndexedPack::id)
            .toList();
    return new ProofCoverage(days, bytes, proved, Duration.between(oldest, now), damaged);
  }

  /// Whether some pack was neither written nor read back within the days.
  public boolean isOverdue() {
    return oldest.compareTo(Duration.ofDays(days)) > 0;
  }

  /// For example `97.3 % of 12.0 GiB proved within 30 days`. Never rounded up to 100 %.
  public String text() {
    double percent = packBytes == 0 ? 100 : Math.floor(1000.0 * provedBytes / packBytes) / 10;
    return String.format(
        Locale.ROOT,
        "%.1f %% of %s in packs proved within %d days",
        percent,
        new ByteSize(packBytes),
        days);
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("days", days);
    map.put("packBytes", packBytes);
    map.put("provedBytes", provedBytes);
    map.put("oldestHours", oldest.toHours());
    map.put("damagedPacks", damaged.stream().map(PackId::toString).toList());
    return map;
  }
}
