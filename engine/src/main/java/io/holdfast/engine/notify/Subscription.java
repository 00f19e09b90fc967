package io.holdfast.engine.notify;

import java.util.Set;

/// Which events a channel is told.
public record Subscription(Channel channel, Set<Event> events) {
  public Subscription {
    events = Set.copyOf(events);
  }

  /// Whether the channel is told this. The end of something that it was never told of is no news
  /// for it.
  public boolean wants(Notice notice) {
    return events.contains(notice.event()) && events.contains(notice.about());
  }
}
