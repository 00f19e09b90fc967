package io.holdfast.server.operation;

import io.holdfast.server.access.Caller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunLoop;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.web.Problems;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/// Begins runs that users ask for, and waits for them as long as the caller likes to.
@Component
public final class Requests {
  /// How long routes wait where nobody says.
  public static final String SECONDS = "25";

  private final RunStore runs;
  private final RunLoop loop;
  private final Waiting waiting;
  private final Problems problems;
  private final Audit audit;
  private final TransactionOperations transactions;

  Requests(
      RunStore runs,
      RunLoop loop,
      Waiting waiting,
      Problems problems,
      Audit audit,
      TransactionOperations transactions) {
    this.runs = runs;
    this.loop = loop;
    this.waiting = waiting;
    this.problems = problems;
    this.audit = audit;
    this.transactions = transactions;
  }

  /// What the audit log says of it.
  ///
  /// @param details to which the operation is added; no secrets
  public record Entry(String action, String target, Map<String, ?> details) {}

  /// 202 with the operation if it has not ended in time, 200 if it completed, else the problem.
  ///
  /// @param source of the configuration
  public ResponseEntity<?> run(
      Caller caller, RunRequest request, String source, Entry entry, int seconds) {
    Waiting.requireSeconds(seconds);
    UUID id =
        Optional.ofNullable(transactions.execute(_ -> submitted(caller, request, source, entry)))
            .orElseThrow(() -> new IllegalStateException("nothing was submitted"));
    loop.wake();
    return waiting.await(List.of(id), seconds).stream()
        .findFirst()
        .map(this::answer)
        .orElseThrow(() -> new IllegalStateException("the run " + id + " is gone"));
  }

  private UUID submitted(Caller caller, RunRequest request, String source, Entry entry) {
    UUID id =
        runs.submit(new NewRun(request, source, new Origin.Request(caller.name()), RunTerms.ONCE))
            .orElseThrow(() -> new IllegalStateException("a wish has no slot to be taken"));
    Map<String, Object> details = new LinkedHashMap<>(entry.details());
    details.put("operation", id);
    audit.record(caller.name(), entry.action(), entry.target(), details);
    return id;
  }

  private ResponseEntity<?> answer(Run run) {
    if (!run.status().isEnd()) {
      return ResponseEntity.accepted()
          .location(URI.create("/api/operations/" + run.id()))
          .body(OperationView.of(run));
    }
    return run.status() == RunStatus.COMPLETED
        ? ResponseEntity.ok(OperationView.of(run))
        : problems.ofRun(
            run.failure().map(it -> it.code()).orElse(""),
            run.failure()
                .map(it -> it.message())
                .orElse("the operation was " + run.status().word()),
            run.failure().map(it -> it.hint()).orElse(""));
  }
}
