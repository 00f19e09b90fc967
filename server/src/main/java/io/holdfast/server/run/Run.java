package io.holdfast.server.run;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A run as the catalog knows it.
///
/// @param attempt which try this is; a further try of the same wish is a run of its own
/// @param notBefore when it may begin
/// @param node the server that works on it, or did
/// @param result what came of it, if it completed
/// @param failure why it failed, if it did
/// @param missed what it stands for, if it was missed
public record Run(
    UUID id,
    RunRequest request,
    String source,
    Origin origin,
    int attempt,
    RunTerms terms,
    RunStatus status,
    Instant notBefore,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    Optional<String> node,
    RunProgress progress,
    Map<String, Object> result,
    Optional<Failure> failure,
    Optional<MissedSlots> missed) {}
