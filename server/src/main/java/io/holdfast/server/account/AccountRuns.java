package io.holdfast.server.account;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.operation.OperationView;
import io.holdfast.server.operation.Waiting;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunLoop;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.source.Applications;
import io.holdfast.server.web.Problems;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/// Makes runs for accounts, and waits for them as long as the caller likes to.
@Component
class AccountRuns {
  /// How many runs of one account may wait and run: one account must not fill the queue.
  static final int OPEN_MAX = 10;

  /// How long routes wait whose callers know of no operations.
  static final String SECONDS = "25";

  private final RunStore runs;
  private final RunLoop loop;
  private final Waiting waiting;
  private final AccountBackups backups;
  private final Applications applications;
  private final Problems problems;
  private final Audit audit;

  AccountRuns(
      RunStore runs,
      RunLoop loop,
      Waiting waiting,
      AccountBackups backups,
      Applications applications,
      Problems problems,
      Audit audit) {
    this.runs = runs;
    this.loop = loop;
    this.waiting = waiting;
    this.backups = backups;
    this.applications = applications;
    this.problems = problems;
    this.audit = audit;
  }

  /// Does something for an account, or begins it.
  ///
  /// @param about what it is about, for the audit log
  /// @param done the answer when it completed in time
  ResponseEntity<?> run(
      AccountCaller caller,
      RunRequest.OfAccount request,
      String about,
      int seconds,
      Function<Run, ResponseEntity<?>> done) {
    Waiting.requireSeconds(seconds);
    if (backups.open(caller) >= OPEN_MAX) {
      throw new BackupException(
          ErrorCode.TOO_MANY_RUNS,
          "the account has " + OPEN_MAX + " operations that have not ended",
          "Wait for one of them.");
    }
    UUID id =
        runs.submit(
                new NewRun(
                    request,
                    applications.require(caller.application()).source(),
                    new Origin.Request(caller.name()),
                    RunTerms.ONCE))
            .orElseThrow(() -> new IllegalStateException("a wish has no slot to be taken"));
    audit.record(caller.name(), "account." + request.kind(), about, Map.of("operation", id));
    loop.wake();
    return waiting.await(List.of(id), seconds).stream()
        .findFirst()
        .map(run -> answer(run, done))
        .orElseThrow(() -> new IllegalStateException("the run " + id + " is gone"));
  }

  private ResponseEntity<?> answer(Run run, Function<Run, ResponseEntity<?>> done) {
    if (!run.status().isEnd()) {
      return ResponseEntity.accepted()
          .location(URI.create("/api/operations/" + run.id()))
          .body(OperationView.of(run));
    }
    return run.status() == RunStatus.COMPLETED
        ? done.apply(run)
        : problems.ofRun(
            run.failure().map(it -> it.code()).orElse(""),
            run.failure()
                .map(it -> it.message())
                .orElse("the operation was " + run.status().word()),
            run.failure().map(it -> it.hint()).orElse(""));
  }

  static RunRequest.Owner owner(AccountCaller caller) {
    return new RunRequest.Owner(caller.account(), caller.application(), caller.externalId());
  }
}
