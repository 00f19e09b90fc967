package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What a policy deletes now, and on each of the next days if backups go on as scheduled and all of
/// them are good. As in life, it judges again after each backup that ended, and never otherwise.
///
/// @param now what it says of the backups that are there
/// @param days from today on, in the policy's zone, one for each also if nothing happens
/// @param left the backups after the last day, oldest first
public record Simulation(List<Verdict> now, List<Day> days, List<Candidate> left) {
  /// The most days that are looked ahead.
  public static final int DAYS_MAX = 3_660;

  /// The most backups that are judged, the same one each time anew.
  static final long JUDGED_MAX = 20_000_000;

  public Simulation {
    now = List.copyOf(now);
    days = List.copyOf(days);
    left = List.copyOf(left);
  }

  /// When a backup begins.
  public record Slot(Series series, Candidate.Type type, Instant at) {}

  /// One day.
  ///
  /// @param made the names of backups that are made
  /// @param deleted what goes after them; what goes right now is not among them
  /// @param backups how many there are at the end
  /// @param logicalBytes of these
  /// @param storedBytes what these had added to the repository when they were made
  public record Day(
      LocalDate date,
      List<String> made,
      List<Verdict> deleted,
      int backups,
      long logicalBytes,
      long storedBytes) {
    public Day {
      made = List.copyOf(made);
      deleted = List.copyOf(deleted);
    }
  }

  /// @param slots those that are not after now, or after the last day, are passed over; a new
  ///   backup is as large and takes as long as the newest of its series and type
  /// @param daysAhead how many days of 24 hours are looked ahead
  /// @throws BackupException `BAD_ARGUMENT` if that is too much
  public static Simulation of(
      RetentionPolicy policy,
      Collection<Candidate> backups,
      Instant now,
      Collection<Slot> slots,
      int daysAhead) {
    if (daysAhead < 0 || daysAhead > DAYS_MAX) {
      throw tooMuch(daysAhead + " days cannot be looked ahead", "Give 0 to " + DAYS_MAX + " days.");
    }
    Instant end = now.plus(Duration.ofDays(daysAhead));
    List<Slot> ahead =
        slots.stream()
            .filter(slot -> slot.at().isAfter(now) && !slot.at().isAfter(end))
            .sorted(
                Comparator.comparing(Slot::at)
                    .thenComparing(Slot::type)
                    .thenComparing(slot -> slot.series().source())
                    .thenComparing(slot -> slot.series().toString()))
            .toList();
    return new Run(policy, now).run(backups, ahead, end);
  }

  private static BackupException tooMuch(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }

  /// *Confined.*
  private static final class Run {
    private final RetentionPolicy policy;
    private final Instant now;
    private final TreeMap<LocalDate, List<Candidate>> made = new TreeMap<>();
    private final TreeMap<LocalDate, List<Verdict>> deleted = new TreeMap<>();
    private List<Candidate> left = List.of();
    private long judged;

    Run(RetentionPolicy policy, Instant now) {
      this.policy = policy;
      this.now = now;
    }

    Simulation run(Collection<Candidate> backups, List<Slot> slots, Instant end) {
      List<Verdict> verdicts = judge(List.copyOf(backups), now);
      List<Day> days = new ArrayList<>();
      LocalDate last = dateOf(end);
      int next = 0;
      for (LocalDate date = dateOf(now); !date.isAfter(last); date = date.plusDays(1)) {
        for (; next < slots.size() && !dateOf(slots.get(next).at()).isAfter(date); next++) {
          backUp(slots.get(next), next);
        }
        days.add(day(date));
      }
      return new Simulation(verdicts, days, left);
    }

    private LocalDate dateOf(Instant time) {
      return time.atZone(policy.zone()).toLocalDate();
    }

    private void backUp(Slot slot, int number) {
      Candidate backup = imagined(slot, number);
      List<Candidate> all = new ArrayList<>(left);
      all.add(backup);
      LocalDate date = dateOf(slot.at());
      made.computeIfAbsent(date, _ -> new ArrayList<>()).add(backup);
      deleted
          .computeIfAbsent(date, _ -> new ArrayList<>())
          .addAll(
              judge(all, backup.completedAt()).stream()
                  .filter(verdict -> !verdict.isKept())
                  .toList());
    }

    private List<Verdict> judge(List<Candidate> all, Instant at) {
      judged += all.size();
      if (judged > JUDGED_MAX) {
        throw tooMuch("there are too many backups to look so far ahead", "Look fewer days ahead.");
      }
      List<Verdict> verdicts = policy.judge(all, at);
      left = verdicts.stream().filter(Verdict::isKept).map(Verdict::backup).toList();
      return verdicts;
    }

    private Candidate imagined(Slot slot, int number) {
      Optional<Candidate> like = newest(slot);
      return new Candidate(
          "simulated-" + number,
          slot.series().source() + " " + slot.at(),
          slot.series(),
          slot.type(),
          slot.at(),
          slot.at().plus(like.map(Run::took).orElse(Duration.ZERO)),
          condition(),
          new Hold.None(),
          Optional.empty(),
          like.map(Candidate::line).orElse(Candidate.Line.NONE),
          like.map(Candidate::logicalBytes).orElse(0L),
          like.map(Candidate::storedBytes).orElse(0L));
    }

    /// As good as the policy asks for.
    private Candidate.Condition condition() {
      return switch (policy.counts()) {
        case GOOD -> Candidate.Condition.GOOD;
        case VERIFIED -> Candidate.Condition.VERIFIED;
      };
    }

    private Optional<Candidate> newest(Slot slot) {
      return left.reversed().stream()
          .filter(backup -> backup.series().equals(slot.series()))
          .filter(backup -> backup.type() == slot.type())
          .findFirst();
    }

    private static Duration took(Candidate backup) {
      Duration took = Duration.between(backup.startedAt(), backup.completedAt());
      return took.isNegative() ? Duration.ZERO : took;
    }

    private Day day(LocalDate date) {
      return new Day(
          date,
          made.getOrDefault(date, List.of()).stream().map(Candidate::name).toList(),
          deleted.getOrDefault(date, List.of()),
          left.size(),
          left.stream().mapToLong(Candidate::logicalBytes).sum(),
          left.stream().mapToLong(Candidate::storedBytes).sum());
    }
  }
}
