package io.holdfast.engine.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What is wrong now and was told: the memory that lets each incident have one alert and one notice
/// of its end.
///
/// Whoever keeps it writes the notices and the memory of one judgement in one transaction. Then a
/// crash before it repeats the judgement, and one after it repeats nothing.
///
/// @param open in the order of their keys, each key once
public record Incidents(List<Open> open) {
  /// Nothing is wrong.
  public static final Incidents NONE = new Incidents(List.of());

  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::source).thenComparing(Key::event);

  /// Something that is wrong.
  ///
  /// @param since when it was told
  public record Open(Event event, String source, Instant since) {
    public Open {
      if (!event.isIncident()) {
        throw new IllegalArgumentException(event + " does not begin and end");
      }
    }
  }

  /// What a judgement comes to: what to tell, and what to remember.
  public record Judged(List<Notice> notices, Incidents after) {
    public Judged {
      notices = List.copyOf(notices);
    }
  }

  private record Key(String source, Event event) {}

  public Incidents {
    open = List.copyOf(byKey(open).values());
  }

  /// Takes observations in their order. What was wrong and is observed to be so again says nothing;
  /// what is not observed stays as it was.
  public Judged judge(Collection<Observation> observations, Instant now) {
    Map<Key, Open> all = byKey(open);
    List<Notice> notices = new ArrayList<>();
    for (Observation observation : observations) {
      Key key = new Key(observation.source(), observation.event());
      switch (observation) {
        case Observation.Present present -> {
          Open begun = new Open(present.event(), present.source(), now);
          if (all.putIfAbsent(key, begun) == null) {
            notices.add(alert(present, now));
          }
        }
        case Observation.Absent absent -> {
          Open ended = all.remove(key);
          if (ended != null) {
            notices.add(recovery(ended, absent, now));
          }
        }
      }
    }
    return new Judged(notices, new Incidents(List.copyOf(all.values())));
  }

  /// The same without what is wrong with sources that are no more: nobody will ever observe that it
  /// ended, and nobody wants to be told.
  public Incidents onlyOf(Set<String> sources) {
    return new Incidents(open.stream().filter(it -> sources.contains(it.source())).toList());
  }

  private static Notice alert(Observation.Present present, Instant now) {
    return new Notice(
        present.event(),
        present.event(),
        present.source(),
        present.subject(),
        present.details(),
        now,
        present.runId(),
        present.hint());
  }

  private static Notice recovery(Open ended, Observation.Absent absent, Instant now) {
    Duration lasted = Duration.between(ended.since(), now);
    return new Notice(
        Event.RECOVERED,
        ended.event(),
        ended.source(),
        "Over: " + ended.event().title() + ": " + ended.source(),
        List.of(absent.why(), "It lasted " + Plain.time(lasted) + ", since " + ended.since() + "."),
        now,
        "",
        "");
  }

  private static Map<Key, Open> byKey(List<Open> incidents) {
    Map<Key, Open> all = new TreeMap<>(ORDER);
    for (Open incident : incidents) {
      all.putIfAbsent(new Key(incident.source(), incident.event()), incident);
    }
    return all;
  }
}
