package io.holdfast.examples.legal;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/// One account. Its sessions, documents and messages stand in *binders*: one for each matter, and
/// one more for what is not filed under a matter.
record Account(long seed, LegalAppSize size, int index) {
  private static final Instant FIRST_DAY = Instant.parse("2026-01-05T08:00:00Z");

  private enum Weight {
    LITTLE,
    MIDDLE,
    BIG
  }

  private Weight weight() {
    if (index % 20 == 0) {
      return Weight.BIG;
    }
    return index % 5 == 1 ? Weight.MIDDLE : Weight.LITTLE;
  }

  Chance chance(String what) {
    return Chance.of(seed, what, index);
  }

  Chance chance(String what, int binder) {
    return Chance.of(seed, what, index, binder);
  }

  UUID id() {
    return chance("users").uuid();
  }

  Instant created() {
    return FIRST_DAY.plusSeconds(index);
  }

  int matters() {
    Chance chance = chance("how many matters");
    return switch (weight()) {
      case LITTLE -> chance.between(1, 3);
      case MIDDLE -> chance.between(4, 8);
      case BIG -> chance.between(10, 20) * size.weight();
    };
  }

  int binders() {
    return matters() + 1;
  }

  boolean isMatter(int binder) {
    return binder < matters();
  }

  /// Of the matter with this binder.
  UUID matterId(int binder) {
    return chance("matters", binder).uuid();
  }

  Instant opened(int binder) {
    return created().plus(Duration.ofHours(1L + binder));
  }

  int sessions(int binder) {
    Chance chance = chance("how many sessions", binder);
    return switch (weight()) {
      case LITTLE -> chance.between(0, 2);
      case MIDDLE -> chance.between(1, 4);
      case BIG -> chance.between(2, 6);
    };
  }

  int segments(Chance chance) {
    return switch (weight()) {
      case LITTLE -> chance.between(4, 12);
      case MIDDLE -> chance.between(10, 30);
      case BIG -> chance.between(20, 60) * Math.min(10, size.weight());
    };
  }

  int files(int binder) {
    Chance chance = chance("how many files", binder);
    return switch (weight()) {
      case LITTLE -> chance.between(1, 3);
      case MIDDLE -> chance.between(2, 5);
      case BIG -> chance.between(3, 8);
    };
  }

  int messages(int binder) {
    Chance chance = chance("how many messages", binder);
    return switch (weight()) {
      case LITTLE -> chance.between(1, 5);
      case MIDDLE -> chance.between(3, 8);
      case BIG -> chance.between(5, 15);
    };
  }

  int exportJobs() {
    return switch (weight()) {
      case LITTLE -> 1;
      case MIDDLE -> 2;
      case BIG -> 5;
    };
  }

  /// How many people work for this account; the first owns it.
  int members() {
    return switch (weight()) {
      case LITTLE -> 1;
      case MIDDLE -> 2;
      case BIG -> 3;
    };
  }

  UUID memberId(int member) {
    int first = chance("members").below(size.teamMembers());
    return GlobalRows.memberId(seed, (first + member % members()) % size.teamMembers());
  }
}
