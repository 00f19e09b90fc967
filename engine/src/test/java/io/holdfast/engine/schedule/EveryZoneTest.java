package io.holdfast.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: in no zone is there a day without its daily run, or a slot twice. Method: three years of
/// many zones, with schedules whose times lie where clocks jump, against days that are counted, and
/// around each jump against a model that looks at each minute.
class EveryZoneTest {
  private static final List<String> ODD_ZONES =
      List.of(
          "Africa/Cairo",
          "Africa/Casablanca",
          "America/Havana",
          "America/New_York",
          "America/St_Johns",
          "America/Scoresbysund",
          "Antarctica/Troll",
          "Asia/Beirut",
          "Asia/Gaza",
          "Australia/Lord_Howe",
          "Europe/Berlin",
          "Pacific/Apia",
          "Pacific/Easter",
          "UTC");
  private static final Duration AROUND = Duration.ofHours(27);

  private static final int SEEDS_MAX = 100;

  private SplittableRandom random = Seeds.random(1);

  static LongStream seeds() {
    return Seeds.stream().limit(SEEDS_MAX);
  }

  /// A few zones; or some more, so that all seeds together see them all.
  private List<ZoneId> zones(long seed) {
    List<String> all = List.copyOf(new TreeSet<>(ZoneId.getAvailableZoneIds()));
    List<String> chosen = new ArrayList<>();
    if (Seeds.thorough()) {
      for (int i = Math.floorMod(seed, SEEDS_MAX); i < all.size(); i += SEEDS_MAX) {
        chosen.add(all.get(i));
      }
    }
    for (int i = 0; i < 5; i++) {
      chosen.add(all.get(random.nextInt(all.size())));
      chosen.add(ODD_ZONES.get(random.nextInt(ODD_ZONES.size())));
    }
    return chosen.stream().map(ZoneId::of).toList();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noDayIsWithoutItsRunAndNoSlotComesTwice(long seed) {
    random = Seeds.random(seed);
    for (ZoneId zone : zones(seed)) {
      LocalDate first = LocalDate.of(random.nextInt(1975, 2040), random.nextInt(1, 13), 1);
      LocalDate end = first.plusYears(3);
      for (LocalTime time : List.of(time(), LocalTime.of(2, 30), LocalTime.MIDNIGHT)) {
        Schedule daily = Schedule.of(new Frequency.Daily(time), zone);
        List<Instant> slots =
            daily.slots(
                first.atStartOfDay(zone).toInstant().minusNanos(1),
                end.atStartOfDay(zone).toInstant().minusNanos(1),
                9999);
        List<Instant> wanted =
            first
                .datesUntil(end)
                .map(day -> occurrence(day.atTime(time), zone))
                .distinct()
                .filter(slot -> slot.isBefore(end.atStartOfDay(zone).toInstant()))
                .toList();
        assertThat(slots).as("%s in %s from %s", time, zone, first).isEqualTo(wanted);
        assertThat(new HashSet<>(slots)).hasSameSizeAs(slots);
        assertThat(slots.size()).isBetween(1094, 1096);
      }
    }
  }

  /// The first instant at which a clock on the wall shows a time or has jumped over it.
  private static Instant occurrence(LocalDateTime time, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time);
    return offsets.isEmpty()
        ? zone.getRules().getTransition(time).getInstant()
        : time.toInstant(offsets.getFirst());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aroundEachJumpSlotsAreThoseOfAClockOnTheWall(long seed) {
    random = Seeds.random(seed);
    for (ZoneId zone : zones(seed)) {
      List<String> frequencies = frequencies();
      for (Instant middle : jumps(zone)) {
        Instant after = middle.minus(AROUND);
        Instant upTo = middle.plus(AROUND);
        for (String frequency : frequencies) {
          Schedule schedule = Schedule.parse(frequency, zone);
          List<Instant> wanted = MinuteByMinute.of(frequency).slots(zone, after, upTo);
          assertAgrees(schedule, wanted, after, upTo);
        }
      }
    }
  }

  private static void assertAgrees(
      Schedule schedule, List<Instant> wanted, Instant after, Instant upTo) {
    assertThat(schedule.slots(after, upTo, 9999))
        .as("%s after %s", schedule.text(), after)
        .isEqualTo(wanted); // a sorted set once
    assertThat(schedule.count(after, upTo)).as(schedule.text()).isEqualTo(wanted.size());
    assertThat(schedule.last(after, upTo))
        .as(schedule.text())
        .isEqualTo(wanted.reversed().stream().findFirst());
    assertThat(schedule.next(after).filter(slot -> !slot.isAfter(upTo)))
        .as(schedule.text())
        .isEqualTo(wanted.stream().findFirst());
    assertThat(measured(schedule, after, upTo)).as(schedule.text()).isEqualTo(longest(wanted));
  }

  private static Optional<Duration> measured(Schedule schedule, Instant after, Instant upTo) {
    SlotDistances distances = new SlotDistances();
    new ZonedSlots(LocalPattern.of(schedule.frequency()), schedule.zone())
        .measure(after, upTo, distances);
    return distances.longest();
  }

  private static Optional<Duration> longest(List<Instant> slots) {
    return LongStream.range(1, slots.size())
        .mapToObj(i -> Duration.between(slots.get((int) i - 1), slots.get((int) i)))
        .max(Duration::compareTo);
  }

  /// The jumps of three years, and a day without one.
  private List<Instant> jumps(ZoneId zone) {
    Instant start =
        LocalDate.of(random.nextInt(1975, 2040), 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant end = start.plus(Duration.ofDays(3 * 366));
    List<Instant> jumps = new ArrayList<>();
    Optional<ZoneOffsetTransition> jump =
        Optional.ofNullable(zone.getRules().nextTransition(start));
    while (jump.isPresent() && jump.get().getInstant().isBefore(end)) {
      jumps.add(jump.get().getInstant().truncatedTo(ChronoUnit.MINUTES));
      jump = Optional.ofNullable(zone.getRules().nextTransition(jump.get().getInstant()));
    }
    jumps.add(start.plus(Duration.ofDays(random.nextInt(1000))));
    return jumps;
  }

  private List<String> frequencies() {
    List<String> texts = new ArrayList<>();
    texts.add("daily at " + time());
    texts.add("hourly at :%02d".formatted(random.nextInt(60)));
    texts.add("weekly on " + pick("Mon", "Fri", "Sat", "Sun") + " at " + time());
    texts.add("monthly on " + pick("1", "25", "29", "30", "last") + " at " + time());
    texts.add("cron 0,15,30,45 0,1,2,3 * * *");
    texts.add("cron */%d %d * * *".formatted(random.nextInt(1, 30), random.nextInt(4)));
    for (int i = 0; i < 4; i++) {
      texts.add("cron " + cron());
    }
    return texts;
  }

  private String cron() {
    String minute = pick("*", "*/7", "0", "30", "0,20,59", "10-40/15", "5-6,50", "15");
    String hour = pick("*", "*/6", "0", "1", "2", "0,3,23", "0-3", "1-9/4,23", "2,3");
    String ofMonth = pick("*", "*", "1-7", "L", "25,26,27,28,29,30,31", "5-31/3");
    String month = pick("*", "*", "3,4,9-11", "1-12/2");
    String ofWeek = pick("*", "*", "0", "5-7", "*/2", "6,7");
    return String.join(" ", minute, hour, ofMonth, month, ofWeek);
  }

  /// Mostly in the hours in which clocks jump.
  private LocalTime time() {
    int hours = random.nextInt(4) == 0 ? 24 : 4;
    return LocalTime.of(random.nextInt(hours), random.nextInt(60));
  }

  private String pick(String... texts) {
    return texts[random.nextInt(texts.length)];
  }
}
