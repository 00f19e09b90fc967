package io.holdfast.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: what is promised of every policy holds for any. Method: random backups, policies and
/// moments, many for each seed.
class RetentionPropertiesTest {
  private static final int ROUNDS = 300;
  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("UTC"),
          ZoneId.of("Europe/Berlin"),
          ZoneId.of("Australia/Lord_Howe"),
          ZoneId.of("America/St_Johns"));

  private SplittableRandom random = Seeds.random(1);
  private List<Candidate> backups = List.of();
  private Instant now = Instant.EPOCH;

  static LongStream seeds() {
    return Seeds.stream();
  }

  private interface Property {
    void check(RetentionPolicy policy);
  }

  private void always(long seed, Property property) {
    random = Seeds.random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      now = Instant.parse("2026-11-02T03:30:00Z").plusSeconds(random.nextInt(86_400));
      backups = someBackups();
      property.check(somePolicy());
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theNewestTheNewestGoodAndHeldOnesStay(long seed) {
    always(
        seed,
        policy -> {
          List<String> kept = kept(policy);
          Candidate newest = newestFirst(backups).getFirst();
          assertThat(kept).as("%s", policy).contains(newest.id());
          newestFirst(backups).stream()
              .filter(b -> !b.isDamaged())
              .findFirst()
              .ifPresent(good -> assertThat(kept).as("%s", policy).contains(good.id()));
          backups.stream()
              .filter(b -> b.hold().holdsAt(now))
              .forEach(held -> assertThat(kept).as("%s", policy).contains(held.id()));
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theOrderOfBackupsDoesNotMatter(long seed) {
    always(
        seed,
        policy -> {
          List<Candidate> shuffled = new ArrayList<>(backups);
          Collections.shuffle(shuffled, new Random(random.nextLong()));
          assertThat(policy.judge(shuffled, now)).isEqualTo(policy.judge(backups, now));
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsLeftIsKept(long seed) {
    always(
        seed,
        policy -> {
          List<Candidate> left = left(policy, now);
          assertThat(policy.judge(left, now)).as("%s", policy).allMatch(Verdict::isKept);
        });
  }

  /// Without lengths of time the clock says nothing; with them a later judgement keeps no more.
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aLaterJudgementOfTheSameBackupsKeepsNoMore(long seed) {
    always(
        seed,
        policy -> {
          Instant later = now.plusSeconds(random.nextInt(20 * 86_400));
          assertThat(ids(left(policy, now)))
              .as("%s at %s and %s", policy, now, later)
              .containsAll(ids(left(policy, later)));
          RetentionPolicy timeless = timeless(policy);
          backups = backups.stream().map(b -> b.with(b.condition(), new Hold.None())).toList();
          assertThat(left(timeless, now)).isEqualTo(left(timeless, later));
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void moreRulesAndLargerNumbersNeverDeleteMore(long seed) {
    always(
        seed,
        policy -> {
          RetentionPolicy more = more(policy);
          assertThat(kept(more)).as("%s and %s", policy, more).containsAll(kept(policy));
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void capsNeverKeepMore(long seed) {
    always(
        seed,
        policy -> {
          RetentionPolicy free = with(policy, policy.rules(), Caps.NONE, policy.window());
          assertThat(kept(free)).as("%s", policy).containsAll(kept(policy));
        });
  }

  /// A moment is reached on a line if a good backup of it had ended before: then WAL does the rest.
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyMomentOfTheWindowThatCouldBeReachedStillCan(long seed) {
    always(
        seed,
        policy -> {
          if (policy.window().isZero()) {
            return;
          }
          List<Candidate> left = left(policy, now);
          Instant begin = now.minus(policy.window());
          Set<Candidate.Line> lines = new HashSet<>();
          backups.stream()
              .filter(b -> !b.isDamaged() && b.completedAt().isAfter(begin))
              .forEach(b -> lines.add(b.line()));
          for (Instant at = begin; !at.isAfter(now); at = at.plusSeconds(3_600)) {
            assertThat(reached(left, at, lines))
                .as("%s at %s", policy, at)
                .isEqualTo(reached(backups, at, lines));
            assertThat(left.stream().anyMatch(endedBy(at)))
                .isEqualTo(backups.stream().anyMatch(endedBy(at)));
          }
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void placesAreThoseOfASlowModel(long seed) {
    always(
        seed,
        policy -> {
          for (Verdict verdict : policy.judge(backups, now)) {
            Set<Keep> places = new HashSet<>();
            verdict.reasons().forEach(reason -> addPlace(reason, places));
            verdict.overruled().forEach(reason -> addPlace(reason, places));
            assertThat(places)
                .as("%s of %s", verdict.backup(), policy)
                .isEqualTo(slowPlaces(policy, verdict.backup()));
          }
        });
  }

  private static void addPlace(Reason reason, Set<Keep> places) {
    if (reason instanceof Reason.Place place) {
      places.add(place.keep());
    }
  }

  private Set<Keep> slowPlaces(RetentionPolicy policy, Candidate backup) {
    boolean apart = isApart(policy, backup);
    KeepRules rules = apart ? policy.incrementals().orElseThrow() : policy.rules();
    Set<Keep> places = new HashSet<>();
    if (!counts(policy, backup)) {
      return places;
    }
    List<Candidate> newer =
        newestFirst(backups).stream()
            .takeWhile(b -> !b.equals(backup))
            .filter(b -> counts(policy, b) && isApart(policy, b) == apart)
            .toList();
    rules
        .places()
        .forEach(
            (keep, count) -> {
              List<Candidate> holders = new ArrayList<>();
              for (Candidate other : newer) {
                if (holders.stream().noneMatch(h -> isSame(keep, policy.zone(), h, other))) {
                  holders.add(other);
                }
              }
              if (holders.size() < count
                  && holders.stream().noneMatch(h -> isSame(keep, policy.zone(), h, backup))) {
                places.add(keep);
              }
            });
    return places;
  }

  private static boolean isSame(Keep keep, ZoneId zone, Candidate one, Candidate two) {
    ZonedDateTime a = one.startedAt().atZone(zone);
    ZonedDateTime b = two.startedAt().atZone(zone);
    boolean year = a.getYear() == b.getYear();
    return switch (keep) {
      case LAST -> false;
      case HOURLY ->
          a.getOffset().equals(b.getOffset())
              && a.toLocalDate().equals(b.toLocalDate())
              && a.getHour() == b.getHour();
      case DAILY -> a.getLong(ChronoField.EPOCH_DAY) == b.getLong(ChronoField.EPOCH_DAY);
      case WEEKLY ->
          a.get(IsoFields.WEEK_BASED_YEAR) == b.get(IsoFields.WEEK_BASED_YEAR)
              && a.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR)
                  == b.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case MONTHLY -> year && a.getMonth() == b.getMonth();
      case YEARLY -> year;
    };
  }

  private static boolean isApart(RetentionPolicy policy, Candidate backup) {
    return policy.incrementals().isPresent() && backup.type() == Candidate.Type.INCREMENTAL;
  }

  private static boolean counts(RetentionPolicy policy, Candidate backup) {
    return policy.counts() == RetentionPolicy.Counts.VERIFIED
        ? backup.condition() == Candidate.Condition.VERIFIED
        : backup.condition() != Candidate.Condition.DAMAGED;
  }

  private static Set<Candidate.Line> reached(
      List<Candidate> backups, Instant at, Set<Candidate.Line> lines) {
    Set<Candidate.Line> reached = new HashSet<>();
    backups.stream().filter(endedBy(at)).forEach(b -> reached.add(b.line()));
    reached.retainAll(lines);
    return reached;
  }

  private static Predicate<Candidate> endedBy(Instant at) {
    return backup -> !backup.isDamaged() && !backup.completedAt().isAfter(at);
  }

  private List<String> kept(RetentionPolicy policy) {
    return SomeBackups.kept(policy.judge(backups, now));
  }

  private List<Candidate> left(RetentionPolicy policy, Instant at) {
    return policy.judge(backups, at).stream().filter(Verdict::isKept).map(Verdict::backup).toList();
  }

  private static List<String> ids(List<Candidate> backups) {
    return backups.stream().map(Candidate::id).toList();
  }

  private static List<Candidate> newestFirst(List<Candidate> backups) {
    return backups.stream().sorted(Candidate.OLDEST_FIRST.reversed()).toList();
  }

  private List<Candidate> someBackups() {
    List<Candidate> some = new ArrayList<>();
    int count = 1 + random.nextInt(40);
    int hours = 1 + random.nextInt(60 * 24);
    for (int i = 0; i < count; i++) {
      Instant started = now.minusSeconds(1_800L * random.nextInt(2 * hours));
      some.add(
          new Candidate(
              "b" + i,
              "b" + i,
              SomeBackups.SERIES,
              oneOf(Candidate.Type.values()),
              started,
              started.plusSeconds(random.nextInt(30_000)),
              oneOf(Candidate.Condition.values()),
              random.nextInt(10) == 0
                  ? new Hold.Until(now.plusSeconds(random.nextInt(-900_000, 900_000)))
                  : random.nextInt(15) == 0 ? new Hold.Legal() : new Hold.None(),
              random.nextInt(6) == 0 ? Optional.of("b" + random.nextInt(count)) : Optional.empty(),
              new Candidate.Line("7", Integer.toString(1 + random.nextInt(2))),
              1,
              1));
    }
    return some;
  }

  private <T> T oneOf(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private KeepRules someRules() {
    Map<Keep, Integer> places = new EnumMap<>(Keep.class);
    places.put(oneOf(Keep.values()), 1 + random.nextInt(8));
    for (Keep keep : Keep.values()) {
      if (random.nextInt(4) == 0) {
        places.put(keep, random.nextInt(8));
      }
    }
    places.values().removeIf(count -> count == 0);
    if (places.isEmpty()) {
      places.put(Keep.LAST, 1);
    }
    return new KeepRules(places, someTime());
  }

  private Duration someTime() {
    return random.nextBoolean() ? Duration.ZERO : Duration.ofHours(random.nextInt(20 * 24));
  }

  private RetentionPolicy somePolicy() {
    Duration window = someTime();
    return new RetentionPolicy(
        someRules(),
        random.nextBoolean() ? Optional.of(someRules()) : Optional.empty(),
        new Caps(
            random.nextBoolean() ? Duration.ZERO : window.plusHours(1 + random.nextInt(500)),
            random.nextBoolean() ? 0 : 1 + random.nextInt(20)),
        window,
        WalRule.NONE,
        Duration.ZERO,
        oneOf(RetentionPolicy.Counts.values()),
        ZONES.get(random.nextInt(ZONES.size())));
  }

  private RetentionPolicy more(RetentionPolicy policy) {
    Map<Keep, Integer> places = new EnumMap<>(policy.rules().places());
    Keep raised = oneOf(Keep.values());
    places.merge(raised, 1 + random.nextInt(3), Integer::sum);
    Duration within = policy.rules().within().plusHours(random.nextInt(100));
    Caps caps = policy.caps();
    Caps looser =
        new Caps(
            caps.maxAge().isZero() ? Duration.ZERO : caps.maxAge().plusHours(200),
            caps.maxCount() == 0 ? 0 : caps.maxCount() + random.nextInt(3));
    return with(
        policy,
        new KeepRules(places, within),
        looser,
        policy.window().plusHours(random.nextInt(100)));
  }

  private static RetentionPolicy timeless(RetentionPolicy policy) {
    RetentionPolicy timeless =
        with(
            policy,
            new KeepRules(policy.rules().places(), Duration.ZERO),
            new Caps(Duration.ZERO, policy.caps().maxCount()),
            Duration.ZERO);
    return new RetentionPolicy(
        timeless.rules(),
        policy.incrementals().map(rules -> new KeepRules(rules.places(), Duration.ZERO)),
        timeless.caps(),
        Duration.ZERO,
        WalRule.NONE,
        Duration.ZERO,
        policy.counts(),
        policy.zone());
  }

  private static RetentionPolicy with(
      RetentionPolicy policy, KeepRules rules, Caps caps, Duration window) {
    return new RetentionPolicy(
        rules,
        policy.incrementals(),
        caps,
        window,
        policy.wal(),
        policy.archiveAfter(),
        policy.counts(),
        policy.zone());
  }
}
