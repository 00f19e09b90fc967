package io.holdfast.postgres.recovery;

import io.holdfast.postgres.recovery.Coverage.Part;
import io.holdfast.postgres.recovery.RecoveryTarget.AtName;
import io.holdfast.postgres.recovery.RecoveryTarget.AtTime;
import io.holdfast.postgres.recovery.WalWalk.Hit;
import io.holdfast.postgres.wal.WalSummary;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What a person should know about the place where recovery will stop. Only summaries are asked,
/// one after another, from the stop on.
final class Remarks {
  /// Transactions that end at the same time are often written in another order; that is no step of
  /// the clock.
  private static final Duration CLOCK_STEP = Duration.ofSeconds(1);

  private final WalIndexSource source;
  private final List<Part> parts;
  private final RecoveryTarget target;
  private final Hit hit;

  Remarks(WalIndexSource source, List<Part> parts, RecoveryTarget target, Hit hit) {
    this.source = source;
    this.parts = parts;
    this.target = target;
    this.hit = hit;
  }

  List<String> list() throws IOException {
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

  private boolean clockWentBack(Instant time) throws IOException {
    Instant clearlyBefore = time.minus(CLOCK_STEP);
    for (Part part : parts) {
      if (!hit.start().isBefore(part.to())) {
        continue;
      }
      Transactions transactions =
          part.summary(source).flatMap(WalSummary::transactions).orElse(null);
      if (transactions == null || transactions.earliest().isAfter(clearlyBefore)) {
        continue;
      }
      boolean whollyBehind = !part.from().isBefore(hit.end());
      if (whollyBehind || transactions.largestStepBack() >= CLOCK_STEP.toNanos() / 1000) {
        return true;
      }
    }
    return false;
  }

  private boolean namedAgain(String name) throws IOException {
    for (Part part : parts) {
      if (hit.start().isBefore(part.to()) && holdsLater(part, name)) {
        return true;
      }
    }
    return false;
  }

  private boolean holdsLater(Part part, String name) throws IOException {
    return part.summary(source).stream()
        .flatMap(summary -> summary.restorePoints().stream())
        .anyMatch(point -> hit.start().isBefore(point.lsn()) && point.name().equals(name));
  }
}
