package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import java.util.List;

/// What a look at something found: it is wrong, or it is not. Where nobody looked, or nobody can
/// tell, there is no observation.
public sealed interface Observation {
  /// What may be wrong: an event that begins and ends.
  Event event();

  /// What it may be wrong with. Two things that can be wrong each by itself have two names.
  String source();

  /// It is wrong.
  ///
  /// @param runId may be empty
  /// @param hint may be empty
  record Present(
      Event event, String source, String subject, List<String> details, String runId, String hint)
      implements Observation {
    public Present {
      requireIncident(event);
      details = List.copyOf(details);
    }
  }

  /// It is not, or it does not matter any more.
  ///
  /// @param why a sentence for people
  record Absent(Event event, String source, String why) implements Observation {
    public Absent {
      requireIncident(event);
    }
  }

  /// Something was tried and failed.
  static Observation failed(Event event, String source, String runId, BackupException failure) {
    return new Present(
        event,
        source,
        event.title() + ": " + source,
        Notice.linesOf(failure),
        runId,
        failure.hint());
  }

  private static void requireIncident(Event event) {
    if (!event.isIncident()) {
      throw new IllegalArgumentException(event + " does not begin and end");
    }
  }
}
