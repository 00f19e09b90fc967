package io.holdfast.server.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// Runs in memory; keeps every promise of the contract, and is quick with a great many of them.
public final class MemoryRunStore implements RunStore {
  private static final Comparator<Row> LONGEST_WAITING =
      Comparator.comparing((Row row) -> row.run.notBefore()).thenComparing(row -> row.run.id());

  private final InstantSource clock;
  private final Map<UUID, Row> rows = new LinkedHashMap<>();
  private final Set<Origin.Schedule> slots = new HashSet<>();
  private final TreeSet<Row> pending = new TreeSet<>(LONGEST_WAITING);
  private final Map<String, Row> running = new LinkedHashMap<>();
  private final Map<String, Integer> open = new HashMap<>();
  private long tokens;

  public MemoryRunStore(InstantSource clock) {
    this.clock = clock;
  }

  private static final class Row {
    Run run;
    long token;
    Instant leaseUntil = Instant.MIN;
    boolean cancelRequested;
    final List<LogLine> lines = new ArrayList<>(0);

    Row(Run run) {
      this.run = run;
    }

    String resource() {
      return run.source() + "/" + run.request().lane();
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
    if (run.origin() instanceof Origin.Schedule slot && !slots.add(slot)) {
      return Optional.empty();
    }
    return Optional.of(add(run, 1, status, now(), missed));
  }

  private UUID add(
      NewRun run, int attempt, RunStatus status, Instant notBefore, Optional<MissedSlots> missed) {
    UUID id = new UUID(0, rows.size() + 1L);
    Row row =
        new Row(
            new Run(
                id,
                run.request(),
                run.source(),
                run.origin(),
                attempt,
                run.terms(),
                status,
                notBefore,
                now(),
                Optional.empty(),
                status.isEnd() ? Optional.of(now()) : Optional.empty(),
                Optional.empty(),
                RunProgress.NONE,
                Map.of(),
                Optional.empty(),
                missed));
    rows.put(id, row);
    if (status == RunStatus.PENDING) {
      pending.add(row);
      countOpen(row, 1);
    }
    return id;
  }

  private void countOpen(Row row, int more) {
    if (row.run.origin() instanceof Origin.Schedule(var schedule, _)) {
      open.merge(schedule, more, Integer::sum);
    }
  }

  @Override
  public synchronized boolean hasOpen(String schedule) {
    return open.getOrDefault(schedule, 0) > 0;
  }

  /// Those that wait, or those that run.
  public synchronized List<Run> openOf(RunStatus status) {
    return switch (status) {
      case PENDING -> pending.stream().map(row -> row.run).toList();
      case RUNNING -> running.values().stream().map(row -> row.run).toList();
      case COMPLETED, FAILED, CANCELLED, MISSED -> throw new IllegalArgumentException("ended");
    };
  }

  @Override
  public synchronized Optional<Claim> claim(String node, Duration lease) {
    Optional<Row> next =
        pending.stream()
            .takeWhile(row -> !row.run.notBefore().isAfter(now()))
            .filter(row -> !running.containsKey(row.resource()))
            .findFirst();
    next.ifPresent(
        row -> {
          pending.remove(row);
          running.put(row.resource(), row);
          row.token = ++tokens;
          row.leaseUntil = now().plus(lease);
          row.run =
              changed(row.run, RunStatus.RUNNING, Optional.of(node), Map.of(), Optional.empty());
        });
    return next.map(row -> new Claim(row.run, row.token));
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
    running.remove(row.resource());
    countOpen(row, -1);
    Run run = row.run;
    switch (outcome) {
      case Outcome.Completed(var result) -> {
        row.run = changed(run, RunStatus.COMPLETED, run.node(), result, Optional.empty());
        NewRun.following(run, result).ifPresent(this::follow);
      }
      case Outcome.Cancelled() ->
          row.run = changed(run, RunStatus.CANCELLED, run.node(), Map.of(), Optional.empty());
      case Outcome.Failed(var failure) -> {
        row.run = changed(run, RunStatus.FAILED, run.node(), Map.of(), Optional.of(failure));
        if (failure.again() == Failure.Chance.MAY_HELP
            && run.attempt() < run.terms().attempts()
            && !row.cancelRequested) {
          UUID _ =
              add(
                  new NewRun(run.request(), run.source(), run.origin(), run.terms()),
                  run.attempt() + 1,
                  RunStatus.PENDING,
                  now().plus(pause),
                  Optional.empty());
        }
      }
    }
  }

  private void follow(NewRun next) {
    Optional<UUID> _ =
        switch (next.origin()) {
          case Origin.Schedule(var schedule, var slot) ->
              hasOpen(schedule) ? miss(next, MissedSlots.overlap(1, slot)) : submit(next);
          case Origin.Request _ -> submit(next);
        };
  }

  private Run changed(
      Run run,
      RunStatus status,
      Optional<String> node,
      Map<String, Object> result,
      Optional<Failure> failure) {
    return new Run(
        run.id(),
        run.request(),
        run.source(),
        run.origin(),
        run.attempt(),
        run.terms(),
        status,
        run.notBefore(),
        run.createdAt(),
        run.startedAt().or(() -> Optional.of(now())),
        status.isEnd() ? Optional.of(now()) : Optional.empty(),
        node,
        run.progress(),
        result,
        failure,
        run.missed());
  }

  @Override
  public synchronized List<UUID> endAbandoned(Duration pause) {
    List<Row> over =
        running.values().stream().filter(row -> row.leaseUntil.isBefore(now())).toList();
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
              if (pending.remove(r)) {
                countOpen(r, -1);
                r.run =
                    changed(r.run, RunStatus.CANCELLED, r.run.node(), Map.of(), Optional.empty());
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
