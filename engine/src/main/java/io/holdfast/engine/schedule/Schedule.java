package io.holdfast.engine.schedule;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// When something runs. The rules about gaps and overlaps of local time are those of the package.
///
/// As text, with words in any case:
///
/// ```text
/// schedule  = frequency [ "in" zone ] [ "jitter" length ]
/// frequency = "hourly at" :MM
///           | "daily at" HH:MM
///           | "weekly on" day "at" HH:MM            day: Mon to Sun, or Monday to Sunday
///           | "monthly on" ( 1-31 | "last" ) "at" HH:MM
///           | "cron" ( five fields | @name )        see Cron; @name may stand alone too
///           | "disabled"
/// zone      = a name of the IANA database, in its own case
/// length    = a number with s, m, h or d
/// ```
///
/// For example `hourly at :15`, `weekly on Sun at 02:00 in Europe/Berlin`, `cron 0 3 * * mon-fri in
/// UTC jitter 15m`. A day that a month lacks is its last day, so `monthly on 31` is `monthly on
/// last`, and is written like that.
///
/// @param zone of the IANA database, never a bare offset
/// @param jitter the window of [#dueAt], in whole seconds: less than the shortest distance of two
///   local times of the frequency, and at most [#JITTER_MAX]; zero for none
public record Schedule(Frequency frequency, ZoneId zone, Duration jitter) {
  /// The longest jitter window.
  public static final Duration JITTER_MAX = Duration.ofHours(12);

  private static final Duration YEAR = Duration.ofDays(366);

  /// @throws BackupException `BAD_ARGUMENT` if the zone is no zone of the IANA database, or the
  ///   jitter window is too long
  public Schedule {
    zone = ScheduleReader.zone(zone.getId());
    Duration shortest = Duration.ofMinutes(LocalPattern.of(frequency).shortestStep());
    if (jitter.isNegative() || !TimeLength.isWhole(jitter)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "jitter " + jitter + " is no number of whole seconds",
          "Give a length such as 90s or 15m, or leave it out.");
    }
    if (jitter.compareTo(shortest) >= 0 || jitter.compareTo(JITTER_MAX) > 0) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "jitter %s is too long for '%s'".formatted(TimeLength.text(jitter), frequency.text()),
          shortest.compareTo(JITTER_MAX) > 0
              ? "Give at most " + TimeLength.text(JITTER_MAX) + "."
              : "Give less than "
                  + TimeLength.text(shortest)
                  + ", the shortest time between runs.");
    }
  }

  /// A schedule without jitter.
  public static Schedule of(Frequency frequency, ZoneId zone) {
    return new Schedule(frequency, zone, Duration.ZERO);
  }

  /// @param defaultZone the zone if the text names none
  /// @throws BackupException `BAD_ARGUMENT` if it is no schedule
  public static Schedule parse(String text, ZoneId defaultZone) {
    return new ScheduleReader(text).schedule(defaultZone);
  }

  /// The schedule as text that [#parse] reads, always with its zone.
  public String text() {
    String window = jitter.isZero() ? "" : " jitter " + TimeLength.text(jitter);
    return frequency.text() + " in " + zone.getId() + window;
  }

  /// The schedule in words: `every day at 02:00 (Europe/Berlin)`.
  public String describe() {
    String window = jitter.isZero() ? "" : ", up to " + TimeLength.text(jitter) + " later";
    return switch (frequency) {
      case Frequency.Disabled() -> "never (disabled)";
      case Frequency.Hourly _, Frequency.Daily _, Frequency.Weekly _, Frequency.Monthly _, Cron _ ->
          InWords.of(frequency) + " (" + zone.getId() + ")" + window;
    };
  }

  /// What people should know who wrote this, as sentences; usually nothing.
  public List<String> remarks() {
    return frequency instanceof Cron cron ? cron.remarks() : List.of();
  }

  /// The first slot strictly after an instant. There is none if the schedule is disabled, or after
  /// the year 9999.
  public Optional<Instant> next(Instant after) {
    return slots().next(after);
  }

  /// The first slots strictly after one instant, up to and including another, in order.
  ///
  /// @param max the most that are listed; [#count] tells how many there are
  public List<Instant> slots(Instant after, Instant upTo, int max) {
    if (max < 0) {
      throw new IllegalArgumentException("max must not be negative, is " + max);
    }
    ZonedSlots slots = slots();
    List<Instant> found = new ArrayList<>();
    Instant last = after;
    while (found.size() < max) {
      Optional<Instant> next = slots.first(last, upTo);
      if (next.isEmpty()) {
        break;
      }
      last = next.get();
      found.add(last);
    }
    return found;
  }

  /// The last slot strictly after one instant, up to and including another.
  public Optional<Instant> last(Instant after, Instant upTo) {
    return slots().last(after, upTo);
  }

  /// How many slots there are strictly after one instant, up to and including another. Lists
  /// nothing: it takes a step for each day.
  public long count(Instant after, Instant upTo) {
    return slots().count(after, upTo);
  }

  /// When a slot is due: the same distance after each slot, so that runs stay stable, and another
  /// one for each schedule, so that they do not all begin at once.
  ///
  /// The distance is the first 8 bytes of the SHA-256 of the id in UTF-8, as an unsigned big-endian
  /// number, modulo the seconds of the window; if a gap in local time brought the next slot as near
  /// as that, modulo the seconds to the next slot too. It must never change: runs would move.
  public Instant dueAt(Instant slot, String scheduleId) {
    if (jitter.isZero()) {
      return slot;
    }
    long seconds = Long.remainderUnsigned(hashOf(scheduleId), jitter.toSeconds());
    Optional<Instant> tooEarly = slots().first(slot, slot.plusSeconds(seconds));
    if (tooEarly.isPresent()) {
      seconds %= Math.max(1, Duration.between(slot, tooEarly.get()).toSeconds());
    }
    return slot.plusSeconds(seconds);
  }

  private static long hashOf(String scheduleId) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha.digest(scheduleId.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// The longest distance between two neighbouring slots of which the first lies in the year after
  /// an instant, or is the next one if none does. There is none if the schedule is disabled.
  public Optional<Duration> longestGap(Instant from) {
    SlotDistances distances = new SlotDistances();
    Instant end = later(from, YEAR);
    slots().measure(from, end, distances);
    if (distances.previous().isEmpty()) {
      next(end).ifPresent(distances::add);
    }
    distances.previous().flatMap(this::next).ifPresent(distances::add);
    return distances.longest();
  }

  /// When a schedule that succeeded last at some time is to be called overdue: after 1.25 times the
  /// longest gap of the year from there, and the time that a run usually takes. There is no such
  /// time if the schedule is disabled.
  public Optional<Instant> overdueAfter(Instant lastSuccess, Duration usualDuration) {
    return longestGap(lastSuccess)
        .map(gap -> later(lastSuccess, gap.plus(gap.dividedBy(4)).plus(usualDuration)));
  }

  private ZonedSlots slots() {
    return new ZonedSlots(LocalPattern.of(frequency), zone);
  }

  private static Instant later(Instant instant, Duration duration) {
    return Duration.between(instant, Instant.MAX).compareTo(duration) > 0
        ? instant.plus(duration)
        : Instant.MAX;
  }
}
