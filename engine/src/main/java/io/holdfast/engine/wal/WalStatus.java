package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at the archive, and at the server where its URL is known. A server that cannot be reached
/// is part of the answer.
public final class WalStatus {
  private final EngineContext context;
  private final Repository repository;

  public WalStatus(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  public WalStatusReport inspect(Settings settings) {
    return Failures.translate("wal status", () -> inspectNow(settings));
  }

  private WalStatusReport inspectNow(Settings settings) throws IOException {
    context.cancellation().throwIfRequested();
    List<WalStatusReport.Archive> archives = new ArrayList<>();
    List<WalArchive> opened = SourceWal.all(repository, settings.source());
    for (WalArchive archive : opened) {
      for (int timeline : archive.timelines()) {
        describe(archive, timeline).ifPresent(archives::add);
      }
    }
    if (settings.url().isEmpty() && settings.directUrl().isEmpty()) {
      return new WalStatusReport(settings.source(), archives, Optional.empty(), Optional.empty());
    }
    try {
      return new WalStatusReport(
          settings.source(), archives, Optional.of(server(settings, opened)), Optional.empty());
    } catch (BackupException e) {
      return new WalStatusReport(
          settings.source(), archives, Optional.empty(), Optional.of(e.text()));
    }
  }

  private static Optional<WalStatusReport.Archive> describe(WalArchive archive, int timeline)
      throws IOException {
    List<WalRange> ranges = archive.ranges(timeline);
    if (ranges.isEmpty()) {
      return Optional.empty();
    }
    long from = ranges.stream().map(WalRange::start).min(Long::compareUnsigned).orElseThrow();
    long to = ranges.stream().map(WalRange::end).max(Long::compareUnsigned).orElseThrow();
    List<String> gaps =
        WalCoverage.gaps(ranges, from, to).stream()
            .map(gap -> new Lsn(gap.start()) + " to " + new Lsn(gap.end()))
            .toList();
    return Optional.of(
        new WalStatusReport.Archive(
            Long.toUnsignedString(archive.lineage().systemIdentifier()),
            timeline,
            new Lsn(from).toString(),
            new Lsn(to).toString(),
            ranges.stream().mapToLong(WalRange::length).sum(),
            ranges.size(),
            new ArchivedWal(archive).observedUntil(timeline),
            gaps,
            Interruptions.of(archive, timeline).stream()
                .map(Interruptions.Interruption::describe)
                .toList()));
  }

  private static WalStatusReport.Server server(Settings settings, List<WalArchive> archives)
      throws IOException {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    try (SqlConnection sql = SqlConnection.open(url, "holdfast wal status")) {
      Lsn current = ServerFacts.currentLsn(sql);
      String identifier =
          sql.value("SELECT system_identifier FROM pg_control_system()").orElse("0");
      Optional<Long> lag = Optional.empty();
      for (WalArchive archive : archives) {
        if (Long.toUnsignedString(archive.lineage().systemIdentifier()).equals(identifier)) {
          Lsn end = new Lsn(0);
          for (int timeline : archive.timelines()) {
            for (WalRange range : archive.ranges(timeline)) {
              Lsn rangeEnd = new Lsn(range.end());
              end = end.isBefore(rangeEnd) ? rangeEnd : end;
            }
          }
          lag = Optional.of(Math.max(0, current.minus(end)));
        }
      }
      Optional<Slot> slot =
          ServerFacts.slots(sql).stream().filter(s -> s.name().equals(settings.slot())).findFirst();
      return new WalStatusReport.Server(
          identifier,
          current.toString(),
          lag,
          settings.slot(),
          slot.map(s -> (s.active() ? "active" : "not in use") + ", wal " + s.walStatus())
              .orElse("does not exist"),
          slot.flatMap(Slot::restart).map(Lsn::toString));
    }
  }
}
