package io.holdfast.server.run;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Where runs are kept. All times are the store's own: nodes may disagree about the time.
///
/// **Promises**, which `RunStoreContract` checks of each kind of store:
///
/// 1. A slot of a schedule has one run, and one more for each further try, however many nodes ask.
/// 2. A run is held by one node at a time, and two runs of one resource never run at once.
/// 3. A run ends once. Who has lost it learns that and changes nothing.
/// 4. A run whose holder went away ends within a lease of it, at the next [#endAbandoned].
public interface RunStore {
  /// The store's time.
  Instant now();

  /// Puts a run in the queue.
  ///
  /// @return its id; empty if the slot has a run already
  Optional<UUID> submit(NewRun run);

  /// Writes down that slots passed without a run.
  ///
  /// @param run what would have run in the last of them
  /// @return its id; empty if that slot has a run already
  Optional<UUID> miss(NewRun run, MissedSlots missed);

  /// Takes the run that has waited longest and may begin.
  Optional<Claim> claim(String node, Duration lease);

  /// What a holder learns when it says that it still works.
  enum Renewal {
    HELD,
    /// Somebody asked for the run to end.
    CANCEL_REQUESTED,
    /// The run is not ours any more, whatever we do.
    LOST
  }

  /// Holds a run for another lease from now.
  Renewal renew(Claim claim, RunProgress progress, Duration lease);

  /// Ends a run. One that failed in a way that can pass is queued anew if tries are left. What
  /// follows one that completed is queued with its end; of a schedule of which that still waits or
  /// runs, it is recorded as missed, so that it does not pile up.
  ///
  /// @param pause before the next try
  /// @return false if it was lost before
  boolean end(Claim claim, Outcome outcome, Duration pause);

  /// Ends runs whose lease is over, as failures that may pass.
  ///
  /// @return those that were ended
  List<UUID> endAbandoned(Duration pause);

  /// Asks for a run to end. One that waits ends at once, one that runs at its next safe point; one
  /// that has ended stays as it is.
  ///
  /// @return false if there is no such run
  boolean requestCancel(UUID id);

  /// Whether a run of a schedule waits or runs.
  boolean hasOpen(String schedule);

  Optional<Run> find(UUID id);

  /// Runs, newest first.
  List<Run> list(RunFilter filter, int limit, int offset);

  /// How many there are of these.
  long count(RunFilter filter);

  /// Adds lines to what is told of a run.
  void log(UUID id, List<String> lines);

  /// What was told of a run last, oldest first.
  List<LogLine> logOf(UUID id, int limit);

  /// A line that a run told.
  record LogLine(Instant at, String text) {}
}
