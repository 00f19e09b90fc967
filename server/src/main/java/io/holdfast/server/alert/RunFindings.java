package io.holdfast.server.alert;

import io.holdfast.engine.notify.AlertRules;
import io.holdfast.engine.notify.Event;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Observation;
import io.holdfast.server.run.Failure;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the end of a run says: pure. That of one for an account says nothing by itself:
/// [AccountAlerts] looks at them together.
///
/// @param observations about what is wrong or not
/// @param news what is told at once and never ends
public record RunFindings(List<Observation> observations, List<Notice> news) {
  public RunFindings {
    observations = List.copyOf(observations);
    news = List.copyOf(news);
  }

  /// Whether a further try was queued; then a failure is not the last word.
  public enum Tries {
    LAST,
    GO_ON
  }

  /// @param run that has ended
  public static RunFindings of(Run run, Tries tries, AlertRules rules) {
    if (run.request() instanceof RunRequest.OfAccount
        // Whoever asked for it sees what became of it, and nothing would ever end the incident.
        || run.request() instanceof RunRequest.Restore) {
      return new RunFindings(List.of(), List.of());
    }
    List<Observation> observations = new ArrayList<>();
    List<Notice> news = new ArrayList<>();
    String subject = subject(run.source(), run.request());
    took(run).ifPresent(took -> observations.addAll(rules.runEnded(subject, took)));
    switch (run.status()) {
      case COMPLETED -> {
        observations.add(
            new Observation.Absent(
                event(run.request()), subject, "It succeeded at " + end(run) + "."));
        if (isBackup(run.request())) {
          news.add(
              Notice.news(
                  Event.SUCCESS,
                  subject,
                  List.of(String.valueOf(run.result().getOrDefault(RunRequest.BACKUP, ""))),
                  end(run),
                  run.id().toString()));
        }
      }
      case FAILED -> {
        if (tries == Tries.LAST) {
          observations.add(failed(run, subject));
        }
      }
      case MISSED -> news.add(missed(run, subject));
      case CANCELLED, PENDING, RUNNING -> {}
    }
    return new RunFindings(observations, news);
  }

  /// What can be wrong by itself: `erp/full`. That incrementals succeed does not end the failure of
  /// full backups.
  public static String subject(String source, RunRequest request) {
    return source + "/" + request.kind();
  }

  private static Optional<Duration> took(Run run) {
    return run.startedAt().flatMap(from -> run.endedAt().map(to -> Duration.between(from, to)));
  }

  private static Instant end(Run run) {
    return run.endedAt().orElse(run.createdAt());
  }

  static boolean isBackup(RunRequest request) {
    return switch (request) {
      case RunRequest.Physical _, RunRequest.Dump _ -> true;
      // Accounts see their own; news of each would drown the others.
      case RunRequest.OfAccount _,
          RunRequest.Verify _,
          RunRequest.TestRestore _,
          RunRequest.Retention _,
          RunRequest.Restore _,
          RunRequest.Unknown _ ->
          false;
    };
  }

  private static Event event(RunRequest request) {
    return switch (request) {
      case RunRequest.Verify _ -> Event.VERIFICATION_FAILED;
      case RunRequest.TestRestore _ -> Event.TEST_RESTORE_FAILED;
      case RunRequest.Physical _,
          RunRequest.Dump _,
          RunRequest.Retention _,
          RunRequest.Restore _,
          RunRequest.OfAccount _,
          RunRequest.Unknown _ ->
          Event.FAILURE;
    };
  }

  private static Observation failed(Run run, String subject) {
    Event event = event(run.request());
    Optional<Failure> failure = run.failure();
    return new Observation.Present(
        event,
        subject,
        event.title() + ": " + subject,
        failure.map(it -> List.of(it.code() + ": " + it.message())).orElse(List.of()),
        run.id().toString(),
        failure.map(Failure::hint).orElse(""));
  }

  private static Notice missed(Run run, String subject) {
    List<String> details =
        run.missed()
            .map(
                it ->
                    List.of(
                        it.count()
                            + (it.count() == 1 ? " run was" : " runs were")
                            + " missed,"
                            + " the first due at "
                            + it.first()
                            + ": "
                            + it.why()
                            + "."))
            .orElse(List.of());
    return Notice.news(Event.MISSED_RUN, subject, details, end(run), run.id().toString());
  }
}
