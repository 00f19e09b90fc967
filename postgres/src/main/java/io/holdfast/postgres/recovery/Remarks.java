package io.holdfast.postgres.recovery;

import io.holdfast.postgres.recovery.Coverage.Part;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.WalWalk.Hit;
import io.holdfast.postgres.wal.WalFact.RestorePoint;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What a person should know about the place where recovery will stop. Only summaries are asked.
final class Remarks {
  /// Transactions that end at the same time are often written in another order; that is no step of
  /// the clock.
  private static final Duration CLOCK_STEP = Duration.ofSeconds(1);

  private final List<Part> parts;
  private final RecoveryTarget target;
  private final Hit hit;

  Remarks(List<Part> parts, RecoveryTarget target, Hit hit) {
    this.parts = parts;
    this.target = target;
    this.hit = hit;
  }

  List<String> list() {
    List<String> remarks = new ArrayList<>();
    if (target instanceof AtTime(Instant time, Inclusion _)
        && hit.rule() == StopRule.BEFORE_RECORD
        && clockWentBack(time)) {
      remarks.add(
          "The server's clock went back: transactions written after "
              + hit.start()
              + " carry times before the target and are not recovered.");
    }
    if (target instanceof AtName(String name) && namedAgain(name)) {
      remarks.add(
          "There are more restore points named '" + name + "'; recovery stops at the first one.");
    }
    return remarks;
  }

  private boolean clockWentBack(Instant time) {
    Instant clearlyBefore = time.minus(CLOCK_STEP);
    for (Part part : parts) {
      Transactions transactions = part.summary().flatMap(WalSummary::transactions).orElse(null);
      if (transactions == null
          || !hit.start().isBefore(part.to())
          || transactions.earliest().isAfter(clearlyBefore)) {
        continue;
      }
      boolean whollyBehind = !part.from().isBefore(hit.end());
      if (whollyBehind || transactions.largestStepBack() >= CLOCK_STEP.toNanos() / 1000) {
        return true;
      }
    }
    return false;
  }

  private boolean namedAgain(String name) {
    return parts.stream()
        .flatMap(part -> part.summary().stream())
        .flatMap(summary -> summary.restorePoints().stream())
        .filter(point -> hit.start().isBefore(point.lsn()))
        .map(RestorePoint::name)
        .anyMatch(name::equals);
  }
}
