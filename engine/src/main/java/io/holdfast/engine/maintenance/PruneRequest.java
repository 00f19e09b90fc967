package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.PrunePolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/// What a prune may do. A wrong value costs space, time or a backup that has to be run again, never
/// data.
///
/// @param unusedMaxPercent how much may stay unneeded before packs are written anew
/// @param buryMaxPercent which part of all packs one run may remove
/// @param silence after which a backup that has not ended is ended
/// @param patience how long to wait for backups that run
/// @param walWithoutBackup sources whose WAL goes as well where no backup of its cluster is kept
/// @param renewed how much of what is sealed under older data keys is written anew under the newest
public record PruneRequest(
    double unusedMaxPercent,
    double buryMaxPercent,
    Duration silence,
    Duration patience,
    Set<String> walWithoutBackup,
    ByteSize renewed) {
  public static final PruneRequest DEFAULT =
      new PruneRequest(
          100 * PrunePolicy.DEFAULT.unusedMax(),
          100 * PrunePolicy.DEFAULT.buryMax(),
          PrunePolicy.DEFAULT.silence(),
          PrunePolicy.DEFAULT.patience(),
          Set.of());

  /// Without renewing anything.
  public PruneRequest(
      double unusedMaxPercent,
      double buryMaxPercent,
      Duration silence,
      Duration patience,
      Set<String> walWithoutBackup) {
    this(unusedMaxPercent, buryMaxPercent, silence, patience, walWithoutBackup, new ByteSize(0));
  }

  /// @throws BackupException `BAD_ARGUMENT` if a value is out of range
  public PruneRequest {
    walWithoutBackup = Set.copyOf(walWithoutBackup);
    requirePercent("unused", unusedMaxPercent);
    requirePercent("removed", buryMaxPercent);
    if (silence.isNegative() || patience.isNegative()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT, "a time is negative", "Give 0 or more minutes or hours.");
    }
  }

  private static void requirePercent(String what, double value) {
    if (!(value >= 0 && value <= 100)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          String.format(Locale.ROOT, "%s %% of packs may be %s, which is no share", value, what),
          "Give 0 to 100.");
    }
  }

  PrunePolicy policy() {
    return PrunePolicy.DEFAULT
        .withUnusedMax(unusedMaxPercent / 100)
        .withBuryMax(buryMaxPercent / 100)
        .withSilence(silence)
        .withPatience(patience)
        .withRenewBytesMax(renewed.bytes());
  }
}
