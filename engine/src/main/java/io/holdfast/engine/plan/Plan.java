package io.holdfast.engine.plan;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.schedule.CatchUp;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/// A job of a source on a schedule.
///
/// @param name unlike that of every other plan; also what jitter is taken from
/// @param attempts how often a run is tried in all while its failures can pass by themselves
/// @param deadline how long one try may take; zero for the server's own limit
/// @param then what follows each success, in this order; none of them makes a backup
public record Plan(
    String name,
    String source,
    Job job,
    Schedule schedule,
    MissedPolicy missed,
    int attempts,
    Duration deadline,
    List<Job> then) {
  /// How often a run is tried where nobody says it.
  public static final int DEFAULT_ATTEMPTS = 3;

  /// The most tries that can be asked for.
  public static final int ATTEMPTS_MAX = 10;

  /// The longest deadline that can be asked for.
  public static final Duration DEADLINE_MAX = Duration.ofDays(31);

  private static final Duration DEADLINE_MIN = Duration.ofMinutes(1);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /// @throws BackupException `BAD_ARGUMENT` if a part is out of its limits
  public Plan {
    then = List.copyOf(then);
    if (!NAME.matcher(name).matches()) {
      throw bad(
          "a schedule cannot be named " + Quoted.of(name),
          "Use up to 100 letters, digits, '.', '_' and '-', and begin with a letter or digit.");
    }
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw bad(
          "a run cannot be tried %d times".formatted(attempts), "Give 1 to " + ATTEMPTS_MAX + ".");
    }
    boolean isShort = deadline.compareTo(DEADLINE_MIN) < 0;
    if (!deadline.isZero() && (isShort || deadline.compareTo(DEADLINE_MAX) > 0)) {
      throw bad("a run cannot have a deadline of " + deadline, "Give one from 1m to 31d.");
    }
    for (Job next : then) {
      if (next.isBackup() || next == job) {
        throw bad(
            "'%s' cannot follow '%s'".formatted(next.word(), job.word()),
            "What follows is verify, test-restore or retention.");
      }
    }
    if (new HashSet<>(then).size() < then.size()) {
      throw bad("what follows schedule " + name + " has a job twice", "Name each job once.");
    }
  }

  /// What decides about its slots.
  public CatchUp catchUp() {
    return new CatchUp(schedule, name, missed);
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
