package io.holdfast.server.schedule;

import io.holdfast.engine.plan.Job;
import io.holdfast.server.operation.Waiting;
import io.holdfast.server.run.NewRun;
import io.holdfast.server.run.Origin;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunLoop;
import io.holdfast.server.run.RunRequest;
import io.holdfast.server.run.RunStatus;
import io.holdfast.server.run.RunStore;
import io.holdfast.server.run.RunTerms;
import io.holdfast.server.source.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/cron/backup`: for cron jobs elsewhere, which call again and again.
@RestController
@RequestMapping("/api/cron/backup")
class CronController {
  private static final String WAIT = "25";

  private final CronSecret secret;
  private final Scheduler scheduler;
  private final RunStore runs;
  private final RunLoop loop;
  private final Sources sources;
  private final Waiting waiting;

  CronController(
      CronSecret secret,
      Scheduler scheduler,
      RunStore runs,
      RunLoop loop,
      Sources sources,
      Waiting waiting) {
    this.secret = secret;
    this.scheduler = scheduler;
    this.runs = runs;
    this.loop = loop;
    this.sources = sources;
    this.waiting = waiting;
  }

  /// What came of a call.
  ///
  /// @param running what had not ended when the answer was sent
  record Called(int processed, long succeeded, long failed, long running, List<UUID> operations) {}

  @PostMapping
  Called post(
      @RequestHeader(name = "Authorization", required = false) Optional<String> authorization,
      @RequestParam Optional<String> type,
      @RequestParam(defaultValue = WAIT) int wait) {
    return call(authorization, type, wait);
  }

  /// As by POST; there are cron services that know nothing else.
  @GetMapping
  Called get(
      @RequestHeader(name = "Authorization", required = false) Optional<String> authorization,
      @RequestParam Optional<String> type,
      @RequestParam(defaultValue = WAIT) int wait) {
    return call(authorization, type, wait);
  }

  private Called call(Optional<String> authorization, Optional<String> type, int wait) {
    secret.require(authorization);
    Waiting.requireSeconds(wait);
    List<UUID> queued = type.map(Job::parse).map(this::ofAll).orElseGet(scheduler::tickIfRunning);
    loop.wake();
    List<Run> ended = waiting.await(queued, wait);
    return new Called(
        queued.size(),
        count(ended, RunStatus.COMPLETED),
        count(ended, RunStatus.FAILED) + count(ended, RunStatus.CANCELLED),
        ended.stream().filter(run -> !run.status().isEnd()).count(),
        queued);
  }

  private static long count(List<Run> runs, RunStatus status) {
    return runs.stream().filter(run -> run.status() == status).count();
  }

  private List<UUID> ofAll(Job job) {
    List<UUID> queued = new ArrayList<>();
    for (String source : sources.names()) {
      runs.submit(
              new NewRun(
                  RunRequest.of(job, RunRequest.LATEST),
                  source,
                  new Origin.Request("cron"),
                  RunTerms.ONCE))
          .ifPresent(queued::add);
    }
    return queued;
  }
}
