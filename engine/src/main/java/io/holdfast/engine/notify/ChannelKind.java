package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kinds of channels, by the words of configurations.
public enum ChannelKind {
  EMAIL,
  SLACK,
  WEBHOOK,
  PING;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What it is told if nobody says anything else: people are not told of each success, programs
  /// are.
  public Set<Event> usualEvents() {
    return switch (this) {
      case EMAIL, SLACK -> Set.copyOf(EnumSet.complementOf(EnumSet.of(Event.SUCCESS)));
      case WEBHOOK, PING -> Set.copyOf(EnumSet.allOf(Event.class));
    };
  }

  /// @throws BackupException `BAD_CONFIGURATION` if it is the word of none
  public static ChannelKind parse(String word) {
    for (ChannelKind kind : values()) {
      if (kind.word().equals(word.strip().toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        Quoted.of(word.strip()) + " is no channel of notifications",
        "Channels are: "
            + Stream.of(values()).map(ChannelKind::word).collect(Collectors.joining(", "))
            + ".");
  }
}
