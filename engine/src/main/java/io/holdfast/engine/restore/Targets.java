package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.ArchivedWal;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.BackupFacts;
import io.holdfast.postgres.recovery.Inclusion;
import io.holdfast.postgres.recovery.RecoveryTarget;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.TargetResolver;
import io.holdfast.postgres.recovery.TargetTime;
import io.holdfast.postgres.recovery.TargetTimeline;
import io.holdfast.postgres.wal.TimelineHistory;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Understands what the user said and finds the backup to start from: the one named, or for
/// `latest` the newest from which the target can be reached.
final class Targets {
  private static final int POINT_NAME_BYTES_MAX = 63;

  private final Repository repository;
  private final RestoreRequest request;
  private final RecoveryTarget target;
  private final TargetTimeline timeline;
  private final Map<Long, ArchivedWal> archives = new HashMap<>();

  Targets(Repository repository, RestoreRequest request) {
    this.repository = repository;
    this.request = request;
    this.target = understand(request.target());
    this.timeline =
        request.timeline().map(TargetTimeline::parse).orElseGet(TargetTimeline.Latest::new);
  }

  /// A backup and where recovery from it will stop.
  record Choice(StoredSnapshot backup, ResolvedTarget target) {}

  Choice choose(BackupCatalog catalog) throws IOException {
    if (!request.backup().equals(BackupCatalog.LATEST)) {
      StoredSnapshot named =
          catalog.require(request.backup(), request.source(), PhysicalBackup.KIND);
      return new Choice(named, resolve(named, catalog));
    }
    catalog.require(BackupCatalog.LATEST, request.source(), PhysicalBackup.KIND);
    List<StoredSnapshot> candidates =
        catalog.ofSource(request.source()).reversed().stream()
            .filter(backup -> backup.record().kind().equals(PhysicalBackup.KIND))
            .toList();
    BackupException first = null;
    for (StoredSnapshot candidate : candidates) {
      try {
        return new Choice(candidate, resolve(candidate, catalog));
      } catch (BackupException e) {
        boolean otherBackupMayReach =
            e.code() == ErrorCode.RECOVERY_TARGET_UNREACHABLE || e.code() == ErrorCode.WAL_GAP;
        if (!otherBackupMayReach || belongsToNewest()) {
          throw e;
        }
        first = first == null ? e : first;
      }
    }
    if (first == null) {
      throw new IllegalStateException("no candidate, though there is a newest backup");
    }
    throw first;
  }

  /// Whether an older backup would lead to another state, or would hide that the newest is damaged.
  private boolean belongsToNewest() {
    return target instanceof RecoveryTarget.Latest || target instanceof RecoveryTarget.Immediate;
  }

  private ResolvedTarget resolve(StoredSnapshot backup, BackupCatalog catalog) throws IOException {
    PhysicalFacts facts = PhysicalFacts.of(backup.record().attributes());
    ArchivedWal wal = archive(backup.record().source(), facts.systemIdentifier());
    requireHistories(wal, wal.histories(), facts.timeline());
    TargetResolver resolver = resolver(facts, wal);
    BackupFacts reached = reached(backup, facts);
    return target instanceof RecoveryTarget.Latest && isNewest(backup, catalog)
        ? resolver.resolveReachable(reached, timeline)
        : resolver.resolve(reached, target, timeline);
  }

  /// What finds targets in the WAL behind a backup.
  ///
  /// @throws BackupException `SERVER_VERSION_UNSUPPORTED`
  static TargetResolver resolver(PhysicalFacts facts, ArchivedWal wal) throws IOException {
    WalVersion version =
        WalVersion.ofMajor(facts.serverMajor())
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.SERVER_VERSION_UNSUPPORTED,
                        "WAL of PostgreSQL " + facts.serverMajor() + " is not known",
                        "Use a version of Holdfast that supports it."));
    return new TargetResolver(
        version, new WalSegmentSize(facts.walSegmentBytes()), wal.histories(), wal);
  }

  static BackupFacts reached(StoredSnapshot backup, PhysicalFacts facts) {
    return new BackupFacts(
        facts.timeline(),
        facts.startLsn(),
        facts.stopLsn(),
        backup.record().startedAt(),
        backup.record().completedAt());
  }

  /// Listed once, however many backups are tried.
  private ArchivedWal archive(String source, long systemIdentifier) throws IOException {
    ArchivedWal known = archives.get(systemIdentifier);
    if (known == null) {
      known = new ArchivedWal(SourceWal.require(repository, source, systemIdentifier));
      archives.put(systemIdentifier, known);
    }
    return known;
  }

  /// A backup that failed, or a stream that began anew, leaves WAL behind a gap. Only a backup made
  /// after the gap can use it; where there is none, the end of what is reachable is the latest
  /// state that can be had, and to refuse it would help nobody.
  private static boolean isNewest(StoredSnapshot backup, BackupCatalog catalog) {
    return catalog
        .newest(backup.record().source(), b -> b.record().kind().equals(PhysicalBackup.KIND))
        .filter(backup::equals)
        .isPresent();
  }

  /// Without its history a timeline cannot be recovered to, and `latest` would pass it over without
  /// a word.
  private void requireHistories(
      ArchivedWal wal, List<TimelineHistory> histories, int timelineOfBackup) throws IOException {
    Set<Integer> needed = new TreeSet<>(Set.of(timelineOfBackup));
    if (timeline instanceof TargetTimeline.Latest) {
      needed.addAll(wal.timelines());
    }
    needed.remove(1);
    histories.forEach(history -> needed.remove(history.timeline()));
    if (!needed.isEmpty()) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "the history of timeline " + needed.iterator().next() + " is not archived",
          "Push its .history file with 'holdfast wal push', or choose another --target-timeline.");
    }
  }

  private static RecoveryTarget understand(TargetRequest request) {
    return switch (request) {
      case TargetRequest.Latest _ -> new RecoveryTarget.Latest();
      case TargetRequest.Immediate _ -> new RecoveryTarget.Immediate();
      case TargetRequest.Time time ->
          new RecoveryTarget.AtTime(
              time.zone().isPresent()
                  ? TargetTime.parse(time.text(), zone(time.zone().get()))
                  : TargetTime.parse(time.text()),
              inclusion(time.edge()));
      case TargetRequest.Position position ->
          new RecoveryTarget.AtLsn(lsn(position.lsn()), inclusion(position.edge()));
      case TargetRequest.Transaction transaction ->
          new RecoveryTarget.AtXid(xid(transaction.xid()), inclusion(transaction.edge()));
      case TargetRequest.RestorePoint point -> new RecoveryTarget.AtName(pointName(point.name()));
    };
  }

  private static Inclusion inclusion(TargetRequest.Edge edge) {
    return switch (edge) {
      case INCLUSIVE -> Inclusion.INCLUSIVE;
      case EXCLUSIVE -> Inclusion.EXCLUSIVE;
    };
  }

  /// PostgreSQL keeps 63 bytes of a name and refuses longer ones, so no other can be in WAL.
  private static String pointName(String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > POINT_NAME_BYTES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(name) + " cannot be the name of a restore point",
          "Names that pg_create_restore_point takes have 1 to " + POINT_NAME_BYTES_MAX + " bytes.");
    }
    return name;
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(text) + " is not a time zone",
          "Use a name such as Europe/Berlin or an offset such as +01:00.",
          e);
    }
  }

  private static Lsn lsn(String text) {
    try {
      return Lsn.parse(text);
    } catch (IllegalArgumentException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(text) + " is not a WAL position",
          "Write it as PostgreSQL prints it, for example 0/3000148.",
          e);
    }
  }

  private static long xid(String text) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(text) + " is not a transaction id",
          "Give the number that pg_current_xact_id() printed.",
          e);
    }
  }
}
