package io.holdfast.server.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Runs in memory; keeps every promise of the contract.
final class MemoryRunStore implements RunStore {
  private final InstantSource clock;
  private final Map<UUID, Row> rows = new LinkedHashMap<>();
  private long tokens;

  MemoryRunStore(InstantSource clock) {
    this.clock = clock;
  }

  private static final class Row {
    Run run;
    long token;
    Instant leaseUntil = Instant.MIN;
    boolean cancelRequested;
    final List<LogLine> lines = new ArrayList<>();

    Row(Run run) {
      this.run = run;
    }
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public synchronized Optional<UUID> submit(NewRun run) {
    return insert(run, RunStatus.PENDING, Optional.empty());
  }

  @Override
  public synchronized Optional<UUID> miss(NewRun run, MissedSlots missed) {
    return insert(run, RunStatus.MISSED, Optional.of(missed));
  }

  private Optional<UUID> insert(NewRun run, RunStatus status, Optional<MissedSlots> missed) {
    if (run.origin() instanceof Origin.Schedule
        && rows.values().stream().anyMatch(row -> row.run.origin().equals(run.origin()))) {
      return Optional.empty();
    }
    return Optional.of(
        add(
            run.request(),
            run.source(),
            run.origin(),
            1,
            run.attemptsMax(),
            status,
            now(),
            missed));
  }

  private UUID add(
      RunRequest request,
      String source,
      Origin origin,
      int attempt,
      int attemptsMax,
      RunStatus status,
      Instant notBefore,
      Optional<MissedSlots> missed) {
    UUID id = new UUID(0, rows.size() + 1L);
    rows.put(
        id,
        new Row(
            new Run(
                id,
                request,
                source,
                origin,
                attempt,
                attemptsMax,
                status,
                notBefore,
                now(),
                Optional.empty(),
                status.isEnd() ? Optional.of(now()) : Optional.empty(),
                Optional.empty(),
                RunProgress.NONE,
                Map.of(),
                Optional.empty(),
                missed)));
    return id;
  }

  @Override
  public synchronized Optional<Claim> claim(String node, Duration lease) {
    Optional<Row> next =
        rows.values().stream()
            .filter(row -> row.run.status() == RunStatus.PENDING)
            .filter(row -> !row.run.notBefore().isAfter(now()))
            .filter(row -> rows.values().stream().noneMatch(other -> blocks(other, row)))
            .min(Comparator.comparing((Row row) -> row.run.notBefore()));
    next.ifPresent(
        row -> {
          row.token = ++tokens;
          row.leaseUntil = now().plus(lease);
          row.run = changed(row.run, RunStatus.RUNNING, Optional.of(node), Optional.empty());
        });
    return next.map(row -> new Claim(row.run, row.token));
  }

  private static boolean blocks(Row other, Row row) {
    return other.run.status() == RunStatus.RUNNING
        && other.run.source().equals(row.run.source())
        && other.run.request().lane().equals(row.run.request().lane());
  }

  @Override
  public synchronized Renewal renew(Claim claim, RunProgress progress, Duration lease) {
    Optional<Row> mine = held(claim);
    mine.ifPresent(row -> row.leaseUntil = now().plus(lease));
    return mine.map(row -> row.cancelRequested ? Renewal.CANCEL_REQUESTED : Renewal.HELD)
        .orElse(Renewal.LOST);
  }

  private Optional<Row> held(Claim claim) {
    return Optional.ofNullable(rows.get(claim.run().id()))
        .filter(row -> row.token == claim.token())
        .filter(row -> row.run.status() == RunStatus.RUNNING);
  }

  @Override
  public synchronized boolean end(Claim claim, Outcome outcome, Duration pause) {
    Optional<Row> mine = held(claim);
    mine.ifPresent(row -> end(row, outcome, pause));
    return mine.isPresent();
  }

  private void end(Row row, Outcome outcome, Duration pause) {
    switch (outcome) {
      case Outcome.Completed(var result) -> {
        Run done = changed(row.run, RunStatus.COMPLETED, row.run.node(), Optional.empty());
        row.run =
            new Run(
                done.id(),
                done.request(),
                done.source(),
                done.origin(),
                done.attempt(),
                done.attemptsMax(),
                done.status(),
                done.notBefore(),
                done.createdAt(),
                done.startedAt(),
                done.endedAt(),
                done.node(),
                done.progress(),
                result,
                done.failure(),
                done.missed());
      }
      case Outcome.Cancelled() ->
          row.run = changed(row.run, RunStatus.CANCELLED, row.run.node(), Optional.empty());
      case Outcome.Failed(var failure) -> {
        row.run = changed(row.run, RunStatus.FAILED, row.run.node(), Optional.of(failure));
        if (failure.again() == Failure.Chance.MAY_HELP
            && row.run.attempt() < row.run.attemptsMax()
            && !row.cancelRequested) {
          UUID _ =
              add(
                  row.run.request(),
                  row.run.source(),
                  row.run.origin(),
                  row.run.attempt() + 1,
                  row.run.attemptsMax(),
                  RunStatus.PENDING,
                  now().plus(pause),
                  Optional.empty());
        }
      }
    }
  }

  private Run changed(Run run, RunStatus status, Optional<String> node, Optional<Failure> failure) {
    return new Run(
        run.id(),
        run.request(),
        run.source(),
        run.origin(),
        run.attempt(),
        run.attemptsMax(),
        status,
        run.notBefore(),
        run.createdAt(),
        run.startedAt().or(() -> Optional.of(now())),
        status.isEnd() ? Optional.of(now()) : Optional.empty(),
        node,
        run.progress(),
        run.result(),
        failure,
        run.missed());
  }

  @Override
  public synchronized List<UUID> endAbandoned(Duration pause) {
    List<Row> over =
        rows.values().stream()
            .filter(row -> row.run.status() == RunStatus.RUNNING)
            .filter(row -> row.leaseUntil.isBefore(now()))
            .toList();
    over.forEach(
        row -> end(row, new Outcome.Failed(Failure.abandoned(row.run.node().orElse("?"))), pause));
    return over.stream().map(row -> row.run.id()).toList();
  }

  @Override
  public synchronized boolean requestCancel(UUID id) {
    Optional<Row> row = Optional.ofNullable(rows.get(id));
    row.filter(r -> !r.run.status().isEnd())
        .ifPresent(
            r -> {
              r.cancelRequested = true;
              if (r.run.status() == RunStatus.PENDING) {
                r.run = changed(r.run, RunStatus.CANCELLED, r.run.node(), Optional.empty());
              }
            });
    return row.isPresent();
  }

  @Override
  public synchronized Optional<Run> find(UUID id) {
    return Optional.ofNullable(rows.get(id)).map(row -> row.run);
  }

  @Override
  public synchronized List<Run> list(RunFilter filter, int limit, int offset) {
    return matching(filter).reversed().stream().skip(offset).limit(limit).toList();
  }

  @Override
  public synchronized long count(RunFilter filter) {
    return matching(filter).size();
  }

  private List<Run> matching(RunFilter filter) {
    return rows.values().stream()
        .map(row -> row.run)
        .filter(run -> filter.source().map(run.source()::equals).orElse(true))
        .filter(run -> filter.kind().map(run.request().kind()::equals).orElse(true))
        .filter(run -> filter.status().map(status -> status == run.status()).orElse(true))
        .toList();
  }

  @Override
  public synchronized void log(UUID id, List<String> lines) {
    Optional.ofNullable(rows.get(id))
        .ifPresent(row -> lines.forEach(line -> row.lines.add(new LogLine(now(), line))));
  }

  @Override
  public synchronized List<LogLine> logOf(UUID id, int limit) {
    return Optional.ofNullable(rows.get(id))
        .map(row -> row.lines.stream().limit(limit).toList())
        .orElse(List.of());
  }
}
