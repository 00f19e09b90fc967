package io.holdfast.engine.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/// The slots of a pattern in a zone: here the rules of the package about gaps and overlaps are
/// applied, and nowhere else. Real time is cut where the offset of the zone changes. Between two
/// changes local time runs evenly, so searching and counting there is arithmetic of local days: a
/// year of minutes is counted in 366 steps.
final class ZonedSlots {
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");

  /// A frequency has a day at least once in so long a time: 29 February on one day of the week may
  /// take 40 years.
  private static final Duration HORIZON = Duration.ofDays(41 * 366);

  private final LocalPattern pattern;
  private final ZoneRules rules;

  ZonedSlots(LocalPattern pattern, ZoneId zone) {
    this.pattern = pattern;
    this.rules = zone.getRules();
  }

  /// The first slot after an instant.
  Optional<Instant> next(Instant after) {
    Instant from = after.isBefore(EARLIEST) ? EARLIEST.minusNanos(1) : after;
    return from.isBefore(END) ? first(from, from.plus(HORIZON)) : Optional.empty();
  }

  /// The first slot after one instant, up to and including another.
  Optional<Instant> first(Instant after, Instant upTo) {
    for (Piece piece : pieces(after, upTo)) {
      Optional<Instant> slot = firstOf(piece);
      if (slot.isPresent()) {
        return slot;
      }
    }
    return Optional.empty();
  }

  private Optional<Instant> firstOf(Piece piece) {
    return switch (piece) {
      case Piece.Stretch stretch ->
          pattern.firstIn(stretch.from(), stretch.to()).map(stretch::instantOf);
      case Piece.AfterGap(Instant slot) -> Optional.of(slot);
    };
  }

  /// The last slot after one instant, up to and including another.
  Optional<Instant> last(Instant after, Instant upTo) {
    Optional<Instant> last = Optional.empty();
    for (Piece piece : pieces(after, upTo)) {
      Optional<Instant> later = lastOf(piece);
      last = later.isPresent() ? later : last;
    }
    return last;
  }

  private Optional<Instant> lastOf(Piece piece) {
    return switch (piece) {
      case Piece.Stretch stretch ->
          pattern.lastIn(stretch.from(), stretch.to()).map(stretch::instantOf);
      case Piece.AfterGap(Instant slot) -> Optional.of(slot);
    };
  }

  /// How many slots there are after one instant, up to and including another.
  long count(Instant after, Instant upTo) {
    long count = 0;
    for (Piece piece : pieces(after, upTo)) {
      count +=
          switch (piece) {
            case Piece.Stretch stretch -> pattern.countIn(stretch.from(), stretch.to());
            case Piece.AfterGap _ -> 1;
          };
    }
    return count;
  }

  /// Measures the distances between the slots after one instant, up to and including another.
  void measure(Instant after, Instant upTo, SlotDistances distances) {
    for (Piece piece : pieces(after, upTo)) {
      switch (piece) {
        case Piece.Stretch stretch -> measure(stretch, distances);
        case Piece.AfterGap(Instant slot) -> distances.add(slot);
      }
    }
  }

  private void measure(Piece.Stretch stretch, SlotDistances distances) {
    LocalDate end = stretch.to().toLocalDate().plusDays(1);
    for (LocalDate day = stretch.from().toLocalDate(); day.isBefore(end); day = day.plusDays(1)) {
      LocalPattern.Part part = pattern.part(day, stretch.from(), stretch.to());
      if (part.size() > 0) {
        distances.add(stretch.instantOf(pattern.first(part)));
        distances.atLeast(Duration.ofMinutes(pattern.longestStep(part)));
        distances.skipTo(stretch.instantOf(pattern.last(part)));
      }
    }
  }

  /// A piece of real time, between changes of the offset.
  private sealed interface Piece {
    /// Local time runs evenly: each local time of the pattern in it is a slot.
    record Stretch(LocalDateTime from, LocalDateTime to, ZoneOffset offset) implements Piece {
      Instant instantOf(LocalDateTime local) {
        return local.toInstant(offset);
      }
    }

    /// The end of a gap that is a slot because of what the gap took.
    record AfterGap(Instant slot) implements Piece {}
  }

  private Iterable<Piece> pieces(Instant after, Instant upTo) {
    Instant begin = after.isBefore(EARLIEST) ? EARLIEST : following(after);
    Instant end = following(upTo);
    return () -> new Pieces(pattern.isNever() ? end : begin, end);
  }

  private static Instant following(Instant instant) {
    return instant.isBefore(END) ? instant.plusNanos(1) : END;
  }

  /// Cuts real time, as far as somebody asks for it.
  private final class Pieces implements Iterator<Piece> {
    private final Deque<Piece> ready = new ArrayDeque<>();
    private final Instant end;
    private Instant begin;

    Pieces(Instant begin, Instant end) {
      this.begin = begin;
      this.end = end;
      if (begin.isBefore(end)) {
        lastChange(begin)
            .filter(change -> change.getInstant().equals(begin))
            .ifPresent(this::addSlotAfterGap);
      }
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && begin.isBefore(end)) {
        cut();
      }
      return !ready.isEmpty();
    }

    @Override
    public Piece next() {
      if (!hasNext()) {
        throw new NoSuchElementException("no time is left");
      }
      return ready.remove();
    }

    private void cut() {
      ZoneOffset offset = rules.getOffset(begin);
      Optional<ZoneOffsetTransition> change =
          Optional.ofNullable(rules.nextTransition(begin))
              .filter(next -> next.getInstant().isBefore(end));
      Instant cut = change.map(ZoneOffsetTransition::getInstant).orElse(end);
      LocalDateTime to = localOf(cut, offset);
      LocalDateTime from = withoutRepetition(begin, localOf(begin, offset));
      if (from.isBefore(to)) {
        ready.add(new Piece.Stretch(from, to, offset));
      }
      change.ifPresent(this::addSlotAfterGap);
      begin = cut;
    }

    private void addSlotAfterGap(ZoneOffsetTransition change) {
      if (isSlotAfterGap(change)) {
        ready.add(new Piece.AfterGap(change.getInstant()));
      }
    }
  }

  private static LocalDateTime localOf(Instant instant, ZoneOffset offset) {
    return LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), offset);
  }

  /// Where local time comes a second time, fixed times go on only when that is over.
  private LocalDateTime withoutRepetition(Instant instant, LocalDateTime local) {
    return switch (pattern.kind()) {
      case INTERVAL -> local;
      case FIXED ->
          lastChange(instant)
              .filter(ZoneOffsetTransition::isOverlap)
              .map(ZoneOffsetTransition::getDateTimeBefore)
              .filter(local::isBefore)
              .orElse(local);
    };
  }

  /// The last change up to and including an instant.
  private Optional<ZoneOffsetTransition> lastChange(Instant instant) {
    return Optional.ofNullable(rules.previousTransition(instant.plusNanos(1)));
  }

  private boolean isSlotAfterGap(ZoneOffsetTransition change) {
    LocalDateTime from = change.getDateTimeBefore();
    LocalDateTime to = change.getDateTimeAfter();
    if (!change.isGap() || pattern.countIn(to, to.plusNanos(1)) > 0) {
      return false; // a time right after the gap is that slot already
    }
    return switch (pattern.kind()) {
      case FIXED -> pattern.firstIn(from, to).isPresent();
      case INTERVAL ->
          from.toLocalDate()
              .datesUntil(to.toLocalDate().plusDays(1))
              .anyMatch(day -> takesAllOf(day, from, to));
    };
  }

  /// Whether all the times of a day, at least one, lie in a gap.
  private boolean takesAllOf(LocalDate day, LocalDateTime from, LocalDateTime to) {
    LocalDateTime begin = day.atStartOfDay();
    LocalDateTime end = begin.plusDays(1);
    long taken = pattern.countIn(from.isAfter(begin) ? from : begin, to.isBefore(end) ? to : end);
    return taken > 0 && taken == pattern.countIn(begin, end);
  }
}
