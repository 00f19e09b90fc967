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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    Map<String, Lsn> archivedTo = new HashMap<>();
    for (WalArchive archive : SourceWal.all(repository, settings.source())) {
      ArchivedWal wal = new ArchivedWal(archive);
      Lsn end = new Lsn(0);
      for (int timeline : wal.timelines()) {
        archives.add(describe(archive, wal, timeline));
        Lsn ends = end(wal.listed(timeline));
        end = end.isBefore(ends) ? ends : end;
      }
      archivedTo.put(Long.toUnsignedString(archive.lineage().systemIdentifier()), end);
    }
    if (settings.url().isEmpty() && settings.directUrl().isEmpty()) {
      return new WalStatusReport(settings.source(), archives, Optional.empty(), Optional.empty());
    }
    try {
      return new WalStatusReport(
          settings.source(), archives, Optional.of(server(settings, archivedTo)), Optional.empty());
    } catch (BackupException e) {
      return new WalStatusReport(
          settings.source(), archives, Optional.empty(), Optional.of(e.text()));
    }
  }

  private static WalStatusReport.Archive describe(WalArchive archive, ArchivedWal wal, int timeline)
      throws IOException {
    List<WalRange> ranges = wal.listed(timeline);
    long from = ranges.getFirst().start();
    long to = end(ranges).value();
    List<String> gaps =
        WalCoverage.gaps(ranges, from, to).stream()
            .map(gap -> new Lsn(gap.start()) + " to " + new Lsn(gap.end()))
            .toList();
    return new WalStatusReport.Archive(
        Long.toUnsignedString(archive.lineage().systemIdentifier()),
        timeline,
        new Lsn(from).toString(),
        new Lsn(to).toString(),
        ranges.stream().mapToLong(WalRange::length).sum(),
        ranges.size(),
        wal.observedUntil(timeline),
        gaps,
        Interruptions.of(archive, timeline).stream()
            .map(Interruptions.Interruption::describe)
            .toList());
  }

  private static Lsn end(List<WalRange> ranges) {
    return new Lsn(
        ranges.stream().map(WalRange::end).max(Long::compareUnsigned).orElseThrow().longValue());
  }

  private static WalStatusReport.Server server(Settings settings, Map<String, Lsn> archivedTo)
      throws IOException {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    try (SqlConnection sql = SqlConnection.open(url, "holdfast wal status")) {
      Lsn current = ServerFacts.currentLsn(sql);
      String identifier =
          sql.value("SELECT system_identifier FROM pg_control_system()").orElse("0");
      Optional<Long> lag =
          Optional.ofNullable(archivedTo.get(identifier))
              .map(end -> Math.max(0, current.minus(end)));
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
