package io.holdfast.examples.legal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// One recorded session: the `number`th of its binder.
record Session(Account account, int binder, int number) {
  /// What was said without a pause. Its number in the database is counted by whoever writes it.
  record Segment(int position, int speaker, int startMillis, int endMillis, String text) {}

  Chance chance(String what) {
    return Chance.of(account.seed(), what, account.index(), binder, number);
  }

  UUID id() {
    return chance("sessions").uuid();
  }

  Instant started() {
    return account.opened(binder).plus(Duration.ofMinutes(7L + 90L * number));
  }

  /// Empty for a session that was not recorded.
  Optional<String> audioKey() {
    return chance("recorded").onceIn(4)
        ? Optional.empty()
        : Optional.of("audio/" + account.id() + "/" + id() + ".opus");
  }

  byte[] audio() {
    Chance chance = chance("audio");
    return chance.bytes(chance.between(500, 4_000));
  }

  int speakers() {
    return chance("speakers").between(1, 4);
  }

  int segments() {
    return account.segments(chance("how many segments"));
  }

  Chance segmentChance(String what, int position) {
    return Chance.of(account.seed(), what, account.index(), binder, number, position);
  }

  Segment segment(int position) {
    Chance chance = segmentChance("segments", position);
    int start = position * 4_000 + chance.below(500);
    return new Segment(
        position,
        chance.below(speakers()),
        start,
        start + chance.between(200, 3_400),
        Words.sentence(chance, 30));
  }

  boolean isRedacted(int position) {
    return segmentChance("redacted", position).onceIn(12);
  }
}
