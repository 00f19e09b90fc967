package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.restore.TargetAction;
import io.holdfast.engine.restore.TargetRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where recovery stops.
final class TargetOptions {
  @Option(
      names = "--target-time",
      paramLabel = "T",
      description =
          "Stop at this time, with its zone: '2026-11-21 10:00:00+01:00', '...Z', '... Europe/Berlin'.")
  @Nullable String time;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description = "Zone of a --target-time that has none.")
  @Nullable String zone;

  @Option(names = "--target-lsn", paramLabel = "L", description = "Stop at this WAL position.")
  @Nullable String lsn;

  @Option(
      names = "--target-xid",
      paramLabel = "X",
      description = "Stop at the end of this transaction.")
  @Nullable String xid;

  @Option(
      names = "--target-name",
      paramLabel = "N",
      description = "Stop at this restore point (pg_create_restore_point).")
  @Nullable String name;

  @Option(
      names = "--target-immediate",
      description = "Stop as soon as the cluster is consistent: the end of the backup.")
  boolean immediate;

  @Option(
      names = "--target-exclusive",
      description = "Stop just before the target instead of just after it.")
  boolean exclusive;

  @Option(
      names = "--target-timeline",
      paramLabel = "T",
      description = "Timeline to follow: a number, 'latest' or 'current'. Default: latest.")
  @Nullable String timeline;

  @Option(
      names = "--target-action",
      paramLabel = "ACTION",
      description = "At the target: pause (default), promote or shutdown.")
  @Nullable String action;

  TargetRequest target() {
    List<TargetRequest> given = new ArrayList<>();
    TargetRequest.Edge edge =
        exclusive ? TargetRequest.Edge.EXCLUSIVE : TargetRequest.Edge.INCLUSIVE;
    if (time != null) {
      given.add(new TargetRequest.Time(time, Optional.ofNullable(zone), edge));
    }
    if (lsn != null) {
      given.add(new TargetRequest.Position(lsn, edge));
    }
    if (xid != null) {
      given.add(new TargetRequest.Transaction(xid, edge));
    }
    if (name != null) {
      given.add(new TargetRequest.RestorePoint(name));
    }
    if (immediate) {
      given.add(new TargetRequest.Immediate());
    }
    if (given.size() > 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "more than one recovery target was given",
          "Keep one of --target-time, --target-lsn, --target-xid, --target-name, --target-immediate.");
    }
    if (given.isEmpty()) {
      return new TargetRequest.Latest();
    }
    return given.getFirst();
  }

  Optional<String> timeline() {
    return Optional.ofNullable(timeline);
  }

  Optional<TargetAction> action() {
    return Optional.ofNullable(action).map(TargetAction::parse);
  }
}
