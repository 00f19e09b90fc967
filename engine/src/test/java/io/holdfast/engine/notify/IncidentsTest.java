package io.holdfast.engine.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.notify.Incidents.Open;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Goal: each incident has one alert and, when it ends, one notice of that, whatever is observed in
/// between, and however often the node starts anew. Method: random observations against a plain
/// model of what is wrong when.
class IncidentsTest {
  private static final Instant START = Instant.parse("2026-11-23T02:00:00Z");
  private static final List<String> SOURCES = List.of("app", "app2", "repository main");
  private static final List<Event> EVENTS =
      Stream.of(Event.values()).filter(Event::isIncident).toList();

  static LongStream seeds() {
    return Seeds.stream();
  }

  private static Observation observation(Event event, String source, boolean isPresent, int step) {
    return isPresent
        ? new Observation.Present(
            event, source, "wrong in step " + step, List.of("line"), "run-" + step, "hint")
        : new Observation.Absent(event, source, "All is well.");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void eachIncidentHasOneAlertAndOneEnd(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < 50; round++) {
      Map<String, List<Boolean>> observed = new HashMap<>();
      Map<String, List<Notice>> told = new HashMap<>();
      Incidents incidents = Incidents.NONE;
      for (int step = 0; step < 60; step++) {
        List<Observation> batch = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
          Event event = EVENTS.get(random.nextInt(EVENTS.size()));
          String source = SOURCES.get(random.nextInt(SOURCES.size()));
          boolean isPresent = random.nextInt(3) > 0;
          batch.add(observation(event, source, isPresent, step));
          observed.computeIfAbsent(event + source, _ -> new ArrayList<>()).add(isPresent);
        }
        Incidents.Judged judged = incidents.judge(batch, START.plusSeconds(step));
        judged
            .notices()
            .forEach(
                notice ->
                    told.computeIfAbsent(notice.about() + notice.source(), _ -> new ArrayList<>())
                        .add(notice));
        // what a node that starts anew reads from the catalog, in any order
        List<Open> stored = new ArrayList<>(judged.after().open());
        java.util.Collections.shuffle(stored, new java.util.Random(random.nextLong()));
        incidents = random.nextBoolean() ? new Incidents(stored) : judged.after();
      }
      assertThat(incidents.open()).isNotEmpty();
      observed.forEach(
          (key, values) ->
              assertThat(
                      told.getOrDefault(key, List.of()).stream()
                          .map(n -> n.event() != Event.RECOVERED))
                  .as("%s of %s", key, values)
                  .isEqualTo(changes(values)));
    }
  }

  /// True for each time that it begins, false for each that it ends.
  private static List<Boolean> changes(List<Boolean> values) {
    List<Boolean> changes = new ArrayList<>();
    boolean before = false;
    for (boolean value : values) {
      if (value != before) {
        changes.add(value);
      }
      before = value;
    }
    return changes;
  }

  @Test
  void aRestartRepeatsNothing() {
    List<Observation> wrong = List.of(observation(Event.OVERDUE, "app", true, 1));
    Incidents.Judged first = Incidents.NONE.judge(wrong, START);
    Incidents again = new Incidents(first.after().open());

    assertThat(first.notices()).hasSize(1);
    assertThat(again.judge(wrong, START.plusSeconds(60)).notices()).isEmpty();
    assertThat(again.judge(wrong, START.plusSeconds(60)).after()).isEqualTo(first.after());
  }

  @Test
  void aJudgementThatWasLostIsRepeatedWithTheSameIds() {
    List<Observation> wrong = List.of(observation(Event.OVERDUE, "app", true, 1));

    assertThat(Incidents.NONE.judge(wrong, START).notices().getFirst().id())
        .isEqualTo(Incidents.NONE.judge(wrong, START).notices().getFirst().id())
        .isNotEqualTo(Incidents.NONE.judge(wrong, START.plusSeconds(1)).notices().getFirst().id());
  }

  @Test
  void theEndSaysWhatIsOverAndHowLongItLasted() {
    Incidents open =
        Incidents.NONE.judge(List.of(observation(Event.WAL_GAP, "app", true, 1)), START).after();

    Notice end =
        open.judge(List.of(observation(Event.WAL_GAP, "app", false, 2)), START.plusSeconds(7200))
            .notices()
            .getFirst();

    assertThat(end.event()).isEqualTo(Event.RECOVERED);
    assertThat(end.about()).isEqualTo(Event.WAL_GAP);
    assertThat(end.subject()).isEqualTo("Over: WAL has a gap: app");
    assertThat(end.details())
        .containsExactly("All is well.", "It lasted 2 h, since 2026-11-23T02:00:00Z.");
  }

  @Test
  void whatIsWrongWithOneThingSaysNothingAboutAnother() {
    Incidents.Judged judged =
        Incidents.NONE.judge(
            List.of(
                observation(Event.FAILURE, "a", true, 1),
                observation(Event.FAILURE, "b", true, 1),
                observation(Event.OVERDUE, "a", true, 1),
                observation(Event.FAILURE, "a", false, 1)),
            START);

    assertThat(judged.notices()).hasSize(4);
    assertThat(judged.after().open())
        .extracting(Open::source, Open::event)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("a", Event.OVERDUE),
            org.assertj.core.api.Assertions.tuple("b", Event.FAILURE));
  }

  @Test
  void aSourceThatIsNoMoreIsForgotten() {
    Set<Open> left =
        new HashSet<>(
            Incidents.NONE
                .judge(
                    List.of(
                        observation(Event.FAILURE, "a", true, 1),
                        observation(Event.FAILURE, "b", true, 1)),
                    START)
                .after()
                .onlyOf(Set.of("b"))
                .open());

    assertThat(left).containsExactly(new Open(Event.FAILURE, "b", START));
  }
}
