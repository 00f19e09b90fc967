package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A run that is wanted.
public record NewRun(RunRequest request, String source, Origin origin, RunTerms terms) {

  /// What no two runs may work on at once.
  public String resource() {
    return source + "/" + request.lane();
  }

  /// The account that it is for, if it is for one.
  public Optional<UUID> account() {
    return request instanceof RunRequest.OfAccount of
        ? Optional.of(of.owner().account())
        : Optional.empty();
  }

  /// What follows a run that has completed.
  ///
  /// @param result what came of it
  public static Optional<NewRun> following(Run run, Map<String, Object> result) {
    List<Job> then = run.terms().then();
    if (then.isEmpty()) {
      return Optional.empty();
    }
    Job job = then.getFirst();
    String backup =
        switch (run.request()) {
          case RunRequest.Verify(var verified) -> verified;
          case RunRequest.Physical _,
              RunRequest.Dump _,
              RunRequest.TestRestore _,
              RunRequest.Retention _,
              RunRequest.Restore _,
              RunRequest.OfAccount _,
              RunRequest.Unknown _ ->
              String.valueOf(result.getOrDefault(RunRequest.BACKUP, RunRequest.LATEST));
        };
    RunTerms rest =
        new RunTerms(run.terms().attempts(), run.terms().deadline(), then.subList(1, then.size()));
    return Optional.of(
        new NewRun(RunRequest.of(job, backup), run.source(), run.origin().followedBy(job), rest));
  }
}
