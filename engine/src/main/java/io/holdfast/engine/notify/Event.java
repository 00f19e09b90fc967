package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is worth telling. The words stand in configurations and in what webhooks get, so they never
/// change.
public enum Event {
  FAILURE("failure", Kind.TROUBLE, "Backup failed"),
  NEVER_SUCCEEDED("never-succeeded", Kind.TROUBLE, "No backup ever succeeded"),
  OVERDUE("overdue", Kind.TROUBLE, "Backup is overdue"),
  VERIFICATION_FAILED("verification-failed", Kind.TROUBLE, "Verification failed"),
  STORAGE_ABOVE_THRESHOLD("storage-above-threshold", Kind.WARNING, "Storage fills up"),
  WAL_GAP("wal-gap", Kind.TROUBLE, "WAL has a gap"),
  WAL_LAG("wal-lag", Kind.TROUBLE, "WAL lags behind"),
  KEY_UNAVAILABLE("key-unavailable", Kind.TROUBLE, "Key is not available"),
  KEY_OLD("key-old", Kind.WARNING, "Key is old"),
  TEST_RESTORE_FAILED("test-restore-failed", Kind.TROUBLE, "Test restore failed"),
  UNUSUALLY_LONG("unusually-long", Kind.WARNING, "Run takes unusually long"),
  MISSED_RUN("missed-run", Kind.NEWS, "Run was missed"),
  SUCCESS("success", Kind.NEWS, "Backup succeeded"),
  RECOVERED("recovered", Kind.NEWS, "Recovered");

  private static final String ALL = "all";

  /// How an event goes on.
  public enum Kind {
    /// Data is at risk until it is over: told once, and once when it is over.
    TROUBLE,
    /// Nothing is lost yet: told like trouble.
    WARNING,
    /// Happened and is over: told each time.
    NEWS
  }

  private final String word;
  private final Kind kind;
  private final String title;

  Event(String word, Kind kind, String title) {
    this.word = word;
    this.kind = kind;
    this.title = title;
  }

  public String word() {
    return word;
  }

  public Kind kind() {
    return kind;
  }

  /// A few words for people.
  public String title() {
    return title;
  }

  /// Whether it begins and ends.
  public boolean isIncident() {
    return switch (kind) {
      case TROUBLE, WARNING -> true;
      case NEWS -> false;
    };
  }

  /// @throws BackupException `BAD_CONFIGURATION` if it is the word of no event
  public static Event parse(String word) {
    String lower = word.strip().toLowerCase(Locale.ROOT);
    for (Event event : values()) {
      if (event.word.equals(lower)) {
        return event;
      }
    }
    throw new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        Quoted.of(word.strip()) + " is no event",
        "Events are: "
            + Stream.of(values()).map(Event::word).collect(Collectors.joining(", "))
            + "; 'all' stands for all of them, and '-' before one takes it away again.");
  }

  /// Events from words, which count in their order: `all, -success` is everything but successes.
  ///
  /// @param begin what there is before the first word
  /// @throws BackupException `BAD_CONFIGURATION` if one is the word of no event
  public static Set<Event> parseAll(List<String> words, Set<Event> begin) {
    EnumSet<Event> events = EnumSet.noneOf(Event.class);
    events.addAll(begin);
    for (String word : words) {
      String text = word.strip().toLowerCase(Locale.ROOT);
      if (text.equals(ALL)) {
        events.addAll(EnumSet.allOf(Event.class));
      } else if (text.startsWith("-")) {
        events.remove(parse(text.substring(1)));
      } else {
        events.add(parse(text));
      }
    }
    return Set.copyOf(events);
  }
}
