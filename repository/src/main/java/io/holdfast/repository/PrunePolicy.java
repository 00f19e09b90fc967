package io.holdfast.repository;

import java.time.Duration;

/// What a prune may do. Nothing in it decides whether data is safe: a wrong value costs space,
/// time, or a backup that has to be run again.
///
/// @param unusedMax how much of what is stored may stay although nobody needs it, from 0 to 1;
///   packs are written anew only above it. Packs that nobody needs at all always go
/// @param buryMax which part of all packs one run may remove, from 0 to 1
/// @param silence after which a session that has not ended counts as dead and is ended, by
///   comparing clocks
/// @param patience how long to wait for sessions that are alive
/// @param sealAfter how old sessions become before their slots are cleared away
/// @param renewBytesMax of packs whose keys are not the newest ones that are written anew for this
///   reason alone; one pack at least if it is positive
public record PrunePolicy(
    double unusedMax,
    double buryMax,
    Duration silence,
    Duration patience,
    Duration sealAfter,
    long renewBytesMax) {
  public static final PrunePolicy DEFAULT =
      new PrunePolicy(0.05, 1.0 / 3, Duration.ofHours(24), Duration.ZERO, Duration.ofDays(2));

  public PrunePolicy {
    requirePart(unusedMax, "unused");
    requirePart(buryMax, "bury");
    if (renewBytesMax < 0) {
      throw new IllegalArgumentException("to renew " + renewBytesMax + " bytes");
    }
    if (silence.isNegative() || patience.isNegative() || sealAfter.isNegative()) {
      throw new IllegalArgumentException("a duration of a prune policy is negative");
    }
  }

  /// Without renewing anything.
  public PrunePolicy(
      double unusedMax, double buryMax, Duration silence, Duration patience, Duration sealAfter) {
    this(unusedMax, buryMax, silence, patience, sealAfter, 0);
  }

  private static void requirePart(double part, String what) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException(what + " is a part from 0 to 1, not " + part);
    }
  }

  public PrunePolicy withBuryMax(double part) {
    return new PrunePolicy(unusedMax, part, silence, patience, sealAfter, renewBytesMax);
  }

  public PrunePolicy withUnusedMax(double part) {
    return new PrunePolicy(part, buryMax, silence, patience, sealAfter, renewBytesMax);
  }

  public PrunePolicy withSilence(Duration duration) {
    return new PrunePolicy(unusedMax, buryMax, duration, patience, sealAfter, renewBytesMax);
  }

  public PrunePolicy withPatience(Duration duration) {
    return new PrunePolicy(unusedMax, buryMax, silence, duration, sealAfter, renewBytesMax);
  }

  public PrunePolicy withSealAfter(Duration duration) {
    return new PrunePolicy(unusedMax, buryMax, silence, patience, duration, renewBytesMax);
  }

  public PrunePolicy withRenewBytesMax(long bytes) {
    return new PrunePolicy(unusedMax, buryMax, silence, patience, sealAfter, bytes);
  }
}
