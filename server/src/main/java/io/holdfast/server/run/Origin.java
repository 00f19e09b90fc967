package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.time.Instant;
import java.util.Optional;

/// Why a run is there.
public sealed interface Origin {
  /// The word in the catalog.
  String word();

  /// Somebody asked for it.
  ///
  /// @param by the name of the user
  record Request(String by) implements Origin {
    @Override
    public String word() {
      return "request";
    }
  }

  /// It was due.
  ///
  /// @param schedule the name of a plan; of what follows another job, that job after a slash
  /// @param slot the nominal time; no two runs have the same, save further tries
  record Schedule(String schedule, Instant slot) implements Origin {
    /// Stands in no name of a plan.
    private static final String FOLLOWED_BY = "/";

    private static String planOf(String schedule) {
      int end = schedule.indexOf(FOLLOWED_BY);
      return end < 0 ? schedule : schedule.substring(0, end);
    }

    /// The plan it comes from.
    public String plan() {
      return planOf(schedule);
    }

    @Override
    public String word() {
      return "schedule";
    }
  }

  /// The origin of what follows: of a slot, the same slot of a schedule of that job, so that it is
  /// queued once.
  default Origin followedBy(Job job) {
    return switch (this) {
      case Request request -> request;
      case Schedule(var schedule, var slot) ->
          new Schedule(Schedule.planOf(schedule) + Schedule.FOLLOWED_BY + job.word(), slot);
    };
  }

  /// The user who asked for it, if one did.
  default Optional<String> requestedBy() {
    return switch (this) {
      case Request(var by) -> Optional.of(by);
      case Schedule _ -> Optional.empty();
    };
  }
}
