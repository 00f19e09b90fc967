package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which events each kind of channel is told: on or off for each pair of the two.
///
/// @param events what a kind that is not there is told are its usual ones
public record EventChoice(Map<ChannelKind, Set<Event>> events) {
  /// The usual ones.
  public static final EventChoice USUAL = new EventChoice(Map.of());

  public EventChoice {
    events = Map.copyOf(events);
  }

  /// From words: `{email: [all, -success], slack: [failure, recovered]}`. The first word decides
  /// what the others change: if it begins with `-`, that is what is usual for the channel.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` if a word is neither
  public static EventChoice parse(Map<String, List<String>> words) {
    EnumMap<ChannelKind, Set<Event>> events = new EnumMap<>(ChannelKind.class);
    words.forEach(
        (channel, list) -> {
          ChannelKind kind = ChannelKind.parse(channel);
          events.put(kind, Event.parseAll(list, beginOf(list, kind)));
        });
    return new EventChoice(events);
  }

  private static Set<Event> beginOf(List<String> words, ChannelKind kind) {
    Iterator<String> first = words.iterator();
    return first.hasNext() && first.next().strip().startsWith("-") ? kind.usualEvents() : Set.of();
  }

  /// What a channel of that kind is told.
  public Set<Event> of(ChannelKind kind) {
    return events.getOrDefault(kind, kind.usualEvents());
  }

  /// The same with one pair switched on.
  public EventChoice with(ChannelKind kind, Event event) {
    return changed(kind, event.word());
  }

  /// The same with one pair switched off.
  public EventChoice without(ChannelKind kind, Event event) {
    return changed(kind, "-" + event.word());
  }

  private EventChoice changed(ChannelKind kind, String word) {
    EnumMap<ChannelKind, Set<Event>> changed = new EnumMap<>(ChannelKind.class);
    changed.putAll(events);
    changed.put(kind, Event.parseAll(List.of(word), of(kind)));
    return new EventChoice(changed);
  }
}
