package io.holdfast.server.operation;

import io.holdfast.server.run.MissedSlots;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunProgress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A run as the API shows it.
public record OperationView(
    UUID id,
    String kind,
    String source,
    String status,
    String origin,
    Optional<String> schedule,
    Optional<Instant> slot,
    int attempt,
    int attemptsMax,
    Instant notBefore,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    Optional<String> node,
    RunProgress progress,
    Map<String, Object> result,
    Optional<Problem> error,
    Optional<MissedSlots> missed) {
  /// Why it failed.
  public record Problem(String code, String message, String hint) {}

  public static OperationView of(Run run) {
    Optional<Origin.Schedule> due =
        run.origin() instanceof Origin.Schedule schedule ? Optional.of(schedule) : Optional.empty();
    return new OperationView(
        run.id(),
        run.request().kind(),
        run.source(),
        run.status().word(),
        run.origin().word(),
        due.map(Origin.Schedule::schedule),
        due.map(Origin.Schedule::slot),
        run.attempt(),
        run.terms().attempts(),
        run.notBefore(),
        run.createdAt(),
        run.startedAt(),
        run.endedAt(),
        run.node(),
        run.progress(),
        run.result(),
        run.failure().map(f -> new Problem(f.code(), f.message(), f.hint())),
        run.missed());
  }
}
