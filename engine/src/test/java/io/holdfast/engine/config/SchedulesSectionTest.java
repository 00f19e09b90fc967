package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.plan.Job;
import io.holdfast.engine.plan.Plan;
import io.holdfast.engine.plan.SourcePolicy;
import io.holdfast.engine.schedule.MissedPolicy;
import io.holdfast.engine.schedule.Schedule;
import io.holdfast.engine.schedule.TimeLength;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Schedules in `holdfast.yaml`, and the presets of sources.
class SchedulesSectionTest {
  private static final Path FILE = Path.of("/etc/holdfast/holdfast.yaml");
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /// Two sources, the first of which has a policy.
  private static final String SOURCES =
      """
      retention: { short: { keepLast: 3 } }
      sources: { erp: { retention: short }, crm: {} }
      schedules:
      """;

  @Test
  void everythingCanBeSaid() {
    assertThat(
            plans(
                SOURCES
                    + """
                      nightly:
                        source: erp
                        run: full
                        when: daily at 02:00
                        zone: Europe/Berlin
                        jitter: 15m
                        missed: run-once within 6h
                        attempts: 5
                        deadline: 6h
                        then: [verify, retention]
                    """))
        .isEqualTo(
            Map.of(
                "nightly",
                new Plan(
                    "nightly",
                    "erp",
                    Job.FULL,
                    Schedule.parse("daily at 02:00 in Europe/Berlin jitter 15m", UTC),
                    MissedPolicy.parse("run-once within 6h"),
                    5,
                    Duration.ofHours(6),
                    List.of(Job.VERIFY, Job.RETENTION))));
  }

  @Test
  void whatIsLeftOutHasDefaults() {
    assertThat(plans("schedules: { s: { run: dump, when: hourly at :15 } }"))
        .isEqualTo(Map.of("s", plan("s", "main", Job.DUMP, "hourly at :15", UTC, List.of())));
    assertThat(plans("sources: { erp: {} }\nschedules: { s: { run: dump, when: hourly at :15 } }"))
        .as("the only source")
        .isEqualTo(Map.of("s", plan("s", "erp", Job.DUMP, "hourly at :15", UTC, List.of())));
    assertThat(plans("schedules: { s: { run: full, when: '@daily', then: verify } }"))
        .as("one job in place of a list")
        .isEqualTo(Map.of("s", plan("s", "main", Job.FULL, "@daily", UTC, List.of(Job.VERIFY))));
  }

  @Test
  void theZoneIsTheNearestThatIsSaid() {
    Map<String, Plan> plans =
        ConfigFile.parse(
                FILE,
                """
                sources: { erp: { zone: Asia/Tokyo }, crm: {} }
                schedules:
                  a: { source: erp, run: full, when: daily at 02:00 in Europe/Berlin }
                  b: { source: erp, run: full, when: daily at 02:00, zone: Europe/Berlin }
                  c: { source: erp, run: full, when: daily at 02:00 }
                  d: { source: crm, run: full, when: daily at 02:00 }
                """,
                ZoneId.of("America/Lima"))
            .plans();
    assertThat(plans.values().stream().collect(Collectors.toMap(Plan::name, this::zone)))
        .isEqualTo(
            Map.of(
                "a", "Europe/Berlin",
                "b", "Europe/Berlin",
                "c", "Asia/Tokyo",
                "d", "America/Lima"));
  }

  private String zone(Plan plan) {
    return plan.schedule().zone().getId();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          { when: daily at 02:00, source: erp }                                   | schedules.s has no run
          { run: full, source: erp }                                              | schedules.s has no when
          { run: full, when: daily at 02:00 }                                     | schedules.s: it names no source, and there are several (known: crm, erp)
          { run: full, when: daily at 02:00, source: err }                        | schedules.s.source: source 'err' is not defined (known: crm, erp)
          { run: fulll, when: daily at 02:00, source: erp }                       | schedules.s.run: 'fulll' is nothing that can be run
          { run: full, when: sometimes, source: erp }                             | schedules.s.when: schedule 'sometimes': 'sometimes' is no frequency
          { run: full, when: [daily], source: erp }                               | schedules.s.when must be text
          { run: full, when: daily at 02:00, zone: Berlin, source: erp }          | schedules.s.zone: there is no time zone 'Berlin'
          { run: full, when: daily at 02:00 in UTC, zone: UTC, source: erp }      | schedules.s.when: it names a zone, and there is 'zone' besides
          { run: full, when: daily at 02:00, jitter: 13h, source: erp }           | schedules.s: jitter 13h is too long
          { run: full, when: daily at 02:00, jitter: soon, source: erp }          | schedules.s.jitter: 'soon' is no length of time
          { run: full, when: daily at 02:00 jitter 1m, jitter: 1m, source: erp }  | schedules.s: 'when' has a jitter, and there is 'jitter' besides
          { run: full, when: daily at 02:00, missed: never, source: erp }         | schedules.s.missed: 'never' says nothing about missed runs
          { run: full, when: daily at 02:00, attempts: 11, source: erp }          | schedules.s: a run cannot be tried 11 times
          { run: full, when: daily at 02:00, attempts: many, source: erp }        | schedules.s.attempts: 'many' is no number of tries
          { run: full, when: daily at 02:00, deadline: 30s, source: erp }         | schedules.s: a run cannot have a deadline of PT30S
          { run: full, when: daily at 02:00, then: [dump], source: erp }          | schedules.s: 'dump' cannot follow 'full'
          { run: full, when: daily at 02:00, then: [wash], source: erp }          | schedules.s.then: 'wash' is nothing that can be run
          { run: full, when: daily at 02:00, then: { a: b }, source: erp }        | schedules.s.then must be text
          { run: full, when: daily at 02:00, then: [retention], source: crm }     | schedules.s: source crm has no retention policy
          { run: retention, when: daily at 02:00, source: crm }                   | schedules.s: source crm has no retention policy
          { run: full, when: daily at 02:00, source: erp, wen: x }                | unknown key 'wen' in schedules.s (known: attempts,
          5                                                                       | schedules.s must be a map
          """)
  void whatIsWrongIsSaidWithItsLine(String plan, String problem) {
    assertBad(SOURCES + "  # a comment\n  s: " + plan + "\n", "line 5: " + problem);
  }

  @Test
  void aSourceThatIsNotDefinedIsMain() {
    assertBad(
        "schedules:\n  s: { run: full, when: daily at 02:00, source: erp }\n",
        "line 2: schedules.s.source: source 'erp' is not defined (known: main)");
    assertBad(
        "schedules:\n  's p': { run: full, when: daily at 02:00 }\n",
        "line 2: schedules.s p: a schedule cannot be named 's p'");
  }

  @Test
  void allProblemsAreSaidTogether() {
    assertBad(
        """
        schedules:
          one: { run: full, when: daily, source: erp, attempts: x }
          two: { run: fly, when: daily at 02:00, source: mars }
        sources:
          erp: { retention: long, preset: luxury, zone: Mars }
          crm: { repository: attic }
          a_b: { preset: clinic }
        tiers: { free: [yearly] }
        server: { port: 70000 }
        """,
        "line 2: schedules.one.when: schedule 'daily': 'daily' needs 'at'",
        "line 2: schedules.one.attempts: 'x' is no number",
        "line 3: schedules.two.run: 'fly' is nothing that can be run",
        "line 3: schedules.two.source: source 'mars' is not defined (known: a_b, crm, erp)",
        "line 5: sources.erp.retention: 'long' is not defined",
        "line 5: sources.erp.preset: 'luxury' is no preset",
        "line 5: sources.erp.zone: there is no time zone 'Mars'",
        "line 6: sources.crm.repository: 'attic' is not defined",
        "line 7: sources.a_b: 'a_b' cannot be the name of a source",
        "line 8: tiers.free: 'yearly' is none of",
        "line 9: server.port: '70000' is no port");
  }

  @Test
  void aPolicyWithProblemsOfItsOwnIsDefinedAllTheSame() {
    assertThatThrownBy(
            () ->
                plans(
                    """
                    retention: { short: { keepLast: few } }
                    sources: { erp: { retention: short } }
                    schedules: { s: { run: retention, when: daily at 02:00 } }
                    """))
        .isInstanceOfSatisfying(
            ConfigProblems.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .startsWith("line 1: retention.short.keepLast: 'few'"));
  }

  @Test
  void presetsBecomePlansOfTheirSource() {
    assertThat(plans("sources: { erp: { preset: standard, zone: Europe/Berlin } }"))
        .isEqualTo(
            byName(
                plan("erp-full", "erp", Job.FULL, "daily at 02:00", BERLIN, List.of(Job.VERIFY)),
                plan(
                    "erp-incremental",
                    "erp",
                    Job.INCREMENTAL,
                    "cron 0 */6 * * *",
                    BERLIN,
                    List.of(Job.VERIFY)),
                plan(
                    "erp-test-restore",
                    "erp",
                    Job.TEST_RESTORE,
                    "weekly on Sun at 05:00",
                    BERLIN,
                    List.of())));
    List<Job> cleanUp = List.of(Job.RETENTION);
    assertThat(plans("sources: { erp: { preset: clinic } }"))
        .isEqualTo(
            byName(
                plan("erp-incremental", "erp", Job.INCREMENTAL, "daily at 03:00", UTC, cleanUp),
                plan("erp-full", "erp", Job.FULL, "weekly on Sun at 02:00", UTC, cleanUp),
                plan("erp-archive", "erp", Job.FULL, "monthly on 1 at 01:00", UTC, cleanUp)));
  }

  @Test
  void aPresetDeletesOnlyByAPolicyThatIsNamedOrItsOwn() {
    ConfigFile file =
        ConfigFile.parse(
            FILE,
            """
            retention: { short: { keepLast: 3 } }
            sources:
              a: { preset: standard }
              b: { preset: standard, retention: short }
              c: { preset: clinic }
              d: { preset: clinic, retention: short }
            """);
    assertThat(file.policies().keySet()).containsExactlyInAnyOrder("b", "c", "d");
    assertThat(file.policies().get("b")).isEqualTo(file.policies().get("d"));
    assertThat(file.policies().get("c")).extracting(SourcePolicy::name).isEqualTo("preset clinic");
    assertThat(plan(file.plans(), "a-full").then()).containsExactly(Job.VERIFY);
    assertThat(plan(file.plans(), "b-full").then()).containsExactly(Job.VERIFY, Job.RETENTION);
  }

  @Test
  void aScheduleTakesThePlaceOfAPresetsPlan() {
    Map<String, Plan> plans =
        plans(
            """
            sources: { erp: { preset: clinic }, crm: {} }
            schedules:
              erp-archive: { source: erp, run: full, when: disabled }
              more: { source: crm, run: dump, when: daily at 04:00 }
            """);
    assertThat(plans.keySet())
        .containsExactlyInAnyOrder("erp-archive", "erp-full", "erp-incremental", "more");
    assertThat(plan(plans, "erp-archive").schedule().describe()).isEqualTo("never (disabled)");
    assertBad(
        """
        sources: { erp: { preset: clinic }, crm: {} }
        schedules:
          erp-archive: { source: crm, run: full, when: daily at 04:00 }
        """,
        "line 3: schedules.erp-archive: it takes the place of a plan of source erp's preset, but is"
            + " for source crm");
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whateverIsWrittenComesBack(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 200; round++) {
      Plan plan = randomPlan(random);
      String text =
          """
          retention: { short: { keepLast: 3 } }
          sources: { erp: { retention: short }, crm: { retention: short } }
          schedules:
            %s:
              source: %s
              run: %s
              when: '%s'
              missed: %s
              attempts: %d
              deadline: %s
              then: [%s]
          """
              .formatted(
                  plan.name(),
                  plan.source(),
                  plan.job().word(),
                  plan.schedule().text(),
                  plan.missed().text(),
                  plan.attempts(),
                  TimeLength.text(plan.deadline()),
                  plan.then().stream().map(Job::word).collect(Collectors.joining(", ")));
      assertThat(plans(text)).as(text).isEqualTo(Map.of(plan.name(), plan));
    }
  }

  private static Plan randomPlan(SplittableRandom random) {
    Job job = pick(random, Job.values());
    List<Job> then =
        List.of(Job.VERIFY, Job.TEST_RESTORE, Job.RETENTION).stream()
            .filter(next -> next != job && random.nextBoolean())
            .toList();
    return new Plan(
        "p" + random.nextInt(1000) + (random.nextBoolean() ? ".x-y_z" : ""),
        random.nextBoolean() ? "erp" : "crm",
        job,
        Schedule.parse(
            pick(
                    random,
                    "hourly at :%02d".formatted(random.nextInt(60)),
                    "daily at %02d:%02d".formatted(random.nextInt(24), random.nextInt(60)),
                    "weekly on Sun at 02:00",
                    "monthly on %d at 01:00".formatted(1 + random.nextInt(31)),
                    "cron */%d 3 * jan,mar mon-fri".formatted(1 + random.nextInt(30)),
                    "disabled")
                + pick(random, "", " in Europe/Berlin", " in Asia/Tokyo jitter 50s"),
            UTC),
        MissedPolicy.parse(
            pick(
                random,
                "run-once",
                "run-once within " + (5 + random.nextInt(500)) + "m",
                "skip",
                "alert-only")),
        1 + random.nextInt(Plan.ATTEMPTS_MAX),
        random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(60 + random.nextInt(86_400)),
        then);
  }

  @SafeVarargs
  private static <T> T pick(SplittableRandom random, T... values) {
    return values[random.nextInt(values.length)];
  }

  private static Plan plan(Map<String, Plan> plans, String name) {
    return Optional.ofNullable(plans.get(name)).orElseThrow();
  }

  private static Map<String, Plan> byName(Plan... plans) {
    return List.of(plans).stream().collect(Collectors.toMap(Plan::name, plan -> plan));
  }

  private static Plan plan(
      String name, String source, Job job, String when, ZoneId zone, List<Job> then) {
    return new Plan(
        name,
        source,
        job,
        Schedule.parse(when, zone),
        MissedPolicy.byDefault(),
        Plan.DEFAULT_ATTEMPTS,
        Duration.ZERO,
        then);
  }

  private static Map<String, Plan> plans(String text) {
    return ConfigFile.parse(FILE, text).plans();
  }

  private static void assertBad(String text, String... problems) {
    assertThatThrownBy(() -> ConfigFile.parse(FILE, text))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problems);
            });
  }
}
