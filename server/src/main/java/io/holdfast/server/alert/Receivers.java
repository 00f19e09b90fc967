package io.holdfast.server.alert;

import io.holdfast.engine.notify.Event;
import io.holdfast.engine.notify.Subscription;
import java.util.EnumSet;
import java.util.List;

/// Who is told what.
public record Receivers(List<Subscription> all) {
  public Receivers {
    all = List.copyOf(all);
  }

  /// The same channels, each told everything.
  List<Subscription> ofEverything() {
    return all.stream()
        .map(it -> new Subscription(it.channel(), EnumSet.allOf(Event.class)))
        .toList();
  }
}
