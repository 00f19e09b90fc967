package io.holdfast.engine.retention;

import static io.holdfast.engine.retention.SomeBackups.at;
import static io.holdfast.engine.retention.SomeBackups.damaged;
import static io.holdfast.engine.retention.SomeBackups.good;
import static io.holdfast.engine.retention.SomeBackups.kept;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionRulesTest {
  private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final KeepRules LAST_3 = new KeepRules(Map.of(Keep.LAST, 3), Duration.ZERO);

  /// Backups failed for 90 days; whatever way "7 days" was said, the last good one is there.
  @Test
  void afterNinetyDaysOfFailuresTheLastGoodBackupIsStillThere() {
    List<Candidate> before = daily(14, NOW.minus(Duration.ofDays(90)));
    for (RetentionPolicy policy :
        List.of(
            policy(new KeepRules(Map.of(), Duration.ofDays(7)), Caps.NONE, 0),
            policy(new KeepRules(Map.of(Keep.DAILY, 7), Duration.ZERO), Caps.NONE, 0),
            policy(KeepRules.NONE, new Caps(Duration.ofDays(7), 0), 0),
            policy(KeepRules.NONE, new Caps(Duration.ofDays(7), 1), 0),
            policy(KeepRules.NONE, Caps.NONE, 7))) {
      assertThat(kept(policy.judge(before, NOW))).as("%s", policy).contains("day-0");
    }
    List<Candidate> damagedSince = new ArrayList<>(before);
    IntStream.range(0, 90)
        .forEach(i -> damagedSince.add(damaged(at("bad-" + i, NOW.minus(Duration.ofDays(i))))));
    RetentionPolicy caps = policy(KeepRules.NONE, new Caps(Duration.ofDays(7), 3), 0);
    assertThat(kept(caps.judge(damagedSince, NOW))).contains("day-0", "bad-0");
  }

  @Test
  void anHourThatComesTwiceIsTwoHours() {
    List<Candidate> backups =
        List.of(
            good("summer", "2025-10-26T00:30:00Z"),
            good("winter", "2025-10-26T01:30:00Z"),
            good("later", "2025-10-26T01:59:00Z"));
    KeepRules hourly = new KeepRules(Map.of(Keep.HOURLY, 9), Duration.ZERO);
    assertThat(
            kept(new RetentionPolicy(hourly, Caps.NONE, Duration.ZERO, BERLIN).judge(backups, NOW)))
        .containsExactly("summer", "later");
  }

  @Test
  void daysAreThoseOfTheZone() {
    List<Candidate> backups =
        List.of(good("evening", "2026-03-10T22:30:00Z"), good("night", "2026-03-10T23:30:00Z"));
    KeepRules daily = new KeepRules(Map.of(Keep.DAILY, 9), Duration.ZERO);
    assertThat(
            kept(new RetentionPolicy(daily, Caps.NONE, Duration.ZERO, BERLIN).judge(backups, NOW)))
        .containsExactly("evening", "night");
    assertThat(kept(policy(daily, Caps.NONE, 0).judge(backups, NOW))).containsExactly("night");
  }

  @Test
  void aCapTakesWhatARuleKeepsAndSaysSo() {
    List<Candidate> backups = daily(5, NOW);
    RetentionPolicy policy =
        policy(
            new KeepRules(Map.of(Keep.DAILY, 5), Duration.ZERO),
            new Caps(Duration.ofDays(3), 2),
            0);
    List<Verdict> verdicts = policy.judge(backups, NOW);
    assertThat(kept(verdicts)).containsExactly("day-1", "day-0");
    Verdict oldest = verdicts.getFirst();
    assertThat(oldest.reasons())
        .containsExactly(new Reason.TooOld(Duration.ofDays(3)), new Reason.TooMany(2));
    assertThat(oldest.overruled())
        .extracting(Reason::text)
        .containsExactly("keep-daily 2026-03-27");
  }

  @Test
  void capsAloneKeepEverythingElse() {
    List<Candidate> backups = daily(5, NOW);
    assertThat(kept(policy(KeepRules.NONE, new Caps(Duration.ZERO, 3), 0).judge(backups, NOW)))
        .containsExactly("day-2", "day-1", "day-0");
  }

  @Test
  void whatIsHeldStaysUntilThatEnds() {
    Candidate held = good("held", "2026-01-01T00:00:00Z");
    List<Candidate> backups = new ArrayList<>(daily(3, NOW));
    backups.add(held.with(Candidate.Condition.GOOD, new Hold.Until(NOW)));
    RetentionPolicy policy = policy(KeepRules.NONE, new Caps(Duration.ofDays(9), 3), 0);
    assertThat(kept(policy.judge(backups, NOW.minusSeconds(1)))).contains("held");
    assertThat(kept(policy.judge(backups, NOW))).doesNotContain("held");
  }

  @Test
  void theBaseOfWhatIsKeptStays() {
    List<Candidate> backups =
        List.of(
            good("base", "2026-03-01T00:00:00Z"),
            SomeBackups.based(good("middle", "2026-03-02T00:00:00Z"), "base"),
            SomeBackups.based(good("top", "2026-03-03T00:00:00Z"), "middle"));
    List<Verdict> verdicts =
        policy(new KeepRules(Map.of(Keep.LAST, 1), Duration.ZERO), Caps.NONE, 0)
            .judge(backups, NOW);
    assertThat(kept(verdicts)).containsExactly("base", "middle", "top");
    assertThat(verdicts.getFirst().reasons()).containsExactly(new Reason.NeededBy("top"));
  }

  @Test
  void theWindowBeginsWithWhatHadEndedBeforeIt() {
    // The begin of the window lies within the hour that this one took.
    Candidate running = at("running", NOW.minus(Duration.ofDays(7)).minusSeconds(60));
    List<Candidate> backups =
        List.of(
            at("older", NOW.minus(Duration.ofDays(9))),
            at("base", NOW.minus(Duration.ofDays(8))),
            running,
            at("new", NOW.minus(Duration.ofDays(1))));
    assertThat(kept(policy(KeepRules.NONE, Caps.NONE, 7).judge(backups, NOW)))
        .containsExactly("base", "running", "new");
  }

  @Test
  void incrementalsHaveRulesOfTheirOwn() {
    List<Candidate> backups = new ArrayList<>();
    for (Candidate full : daily(9, NOW)) {
      backups.add(full);
      Instant noon = full.startedAt().minus(Duration.ofHours(1));
      backups.add(
          SomeBackups.of(
              at("inc-" + full.id(), noon), Candidate.Type.INCREMENTAL, SomeBackups.LINE));
    }
    RetentionPolicy policy =
        full(LAST_3, Optional.of(new KeepRules(Map.of(), Duration.ofDays(2))), WalRule.NONE, 0);
    assertThat(kept(policy.judge(backups, NOW)))
        .containsExactlyInAnyOrder("day-2", "day-1", "day-0", "inc-day-1", "inc-day-0");
  }

  @Test
  void oldOnesThatNothingElseHoldsAreDueForTheArchive() {
    List<Verdict> verdicts =
        full(LAST_3, Optional.empty(), WalRule.NONE, 1).judge(daily(3, NOW), NOW.plusSeconds(1));
    assertThat(verdicts)
        .extracting(Verdict::fate)
        .containsExactly(Verdict.Fate.ARCHIVE, Verdict.Fate.ARCHIVE, Verdict.Fate.KEEP);
  }

  @Test
  void walIsNeededFromTheBaseOfItsTimeOnAndBeforeItForWhatIsKept() {
    RetentionPolicy policy =
        full(
            new KeepRules(Map.of(Keep.LAST, 20), Duration.ZERO),
            Optional.empty(),
            new WalRule(Duration.ofDays(3), Duration.ofDays(5)),
            0);
    List<Verdict> verdicts = policy.judge(daily(6, NOW), NOW);
    WalNeed need = WalNeed.of(policy, verdicts, NOW).getFirst();
    // Day 3 began at the begin of the time and had not ended.
    assertThat(need.from().id()).isEqualTo("day-4");
    assertThat(need.alone()).extracting(Candidate::id).containsExactly("day-5");
    assertThat(need.earliest().id()).isEqualTo("day-5");
    assertThat(need.archiveBefore()).contains(NOW.minus(Duration.ofDays(5)));
  }

  @Test
  void whereOnlyVerifiedOnesCountOthersStayUntilOneIs() {
    List<Candidate> backups = daily(4, NOW);
    Candidate verified = backups.get(1).with(Candidate.Condition.VERIFIED, new Hold.None());
    RetentionPolicy policy =
        new RetentionPolicy(
            new KeepRules(Map.of(Keep.LAST, 1), Duration.ZERO),
            Optional.empty(),
            Caps.NONE,
            Duration.ZERO,
            WalRule.NONE,
            Duration.ZERO,
            RetentionPolicy.Counts.VERIFIED,
            RetentionPolicy.DEFAULT_ZONE);
    assertThat(
            kept(
                policy.judge(
                    List.of(backups.get(0), verified, backups.get(2), backups.get(3)), NOW)))
        .containsExactly("day-2", "day-1", "day-0");
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> new WalRule(Duration.ofDays(14), Duration.ofDays(14)))
        .isInstanceOf(BackupException.class);
    assertThatThrownBy(() -> policy(LAST_3, new Caps(Duration.ofDays(6), 0), 7))
        .isInstanceOf(BackupException.class);
    assertThatThrownBy(() -> policy(KeepRules.NONE, new Caps(Duration.ZERO, 5), 7))
        .isInstanceOf(BackupException.class);
    KeepRules ten = new KeepRules(Map.of(), Duration.ofDays(10));
    assertThatThrownBy(() -> full(ten, Optional.empty(), WalRule.NONE, 10))
        .isInstanceOf(BackupException.class);
  }

  @Test
  void aSimulationSaysWhatGoesOnEachDay() {
    RetentionPolicy policy = policy(LAST_3, Caps.NONE, 0);
    List<Simulation.Slot> slots =
        IntStream.rangeClosed(1, 2)
            .mapToObj(
                day ->
                    new Simulation.Slot(
                        SomeBackups.SERIES, Candidate.Type.FULL, NOW.plus(Duration.ofDays(day))))
            .toList();
    Simulation simulation = Simulation.of(policy, daily(4, NOW), NOW, slots.reversed(), 3);
    assertThat(kept(simulation.now())).containsExactly("day-2", "day-1", "day-0");
    assertThat(simulation.days())
        .extracting(day -> day.date() + " " + day.made().size() + " " + gone(day))
        .containsExactly(
            "2026-03-31 0 []", "2026-04-01 1 [day-2]", "2026-04-02 1 [day-1]", "2026-04-03 0 []");
    assertThat(simulation.days().getLast().backups()).isEqualTo(3);
    assertThat(simulation.days().getLast().logicalBytes()).isEqualTo(300);
    assertThatThrownBy(() -> Simulation.of(policy, List.of(), NOW, slots, 3_661))
        .isInstanceOf(BackupException.class);
  }

  private static List<String> gone(Simulation.Day day) {
    return day.deleted().stream().map(verdict -> verdict.backup().id()).toList();
  }

  private static RetentionPolicy policy(KeepRules rules, Caps caps, int windowDays) {
    return new RetentionPolicy(
        rules, caps, Duration.ofDays(windowDays), RetentionPolicy.DEFAULT_ZONE);
  }

  private static RetentionPolicy full(
      KeepRules rules, Optional<KeepRules> incrementals, WalRule wal, int archiveDays) {
    return new RetentionPolicy(
        rules,
        incrementals,
        Caps.NONE,
        Duration.ZERO,
        wal,
        Duration.ofDays(archiveDays),
        RetentionPolicy.Counts.GOOD,
        RetentionPolicy.DEFAULT_ZONE);
  }

  /// `day-0` at the end, a day between each, oldest first.
  private static List<Candidate> daily(int count, Instant end) {
    return IntStream.range(0, count)
        .mapToObj(day -> at("day-" + day, end.minus(Duration.ofDays(day))))
        .toList()
        .reversed();
  }
}
