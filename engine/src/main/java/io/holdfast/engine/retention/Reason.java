package io.holdfast.engine.retention;

import java.time.Duration;
import java.time.Instant;

/// Why a backup is kept, or goes.
public sealed interface Reason {
  /// It is the newest of its series.
  record Newest() implements Reason {}

  /// It is the newest of its series that has no damage.
  record NewestGood() implements Reason {}

  /// It is the newest of its series that was verified, where only such ones count.
  record NewestVerified() implements Reason {}

  /// Somebody forbade to delete it.
  record Held(Hold hold) implements Reason {}

  /// The recovery window begins with it.
  record WindowBase(Duration window) implements Reason {}

  /// Another backup that stays cannot be restored without it.
  record NeededBy(String name) implements Reason {}

  /// It began so short a time ago.
  record Within(Duration time) implements Reason {}

  /// It lies within the recovery window.
  record InWindow(Duration window) implements Reason {}

  /// It is damaged, or not verified where only verified ones count, and none that is newer does
  /// better.
  record NoNewerGood() implements Reason {}

  /// It took one of the places.
  ///
  /// @param period empty for the last ones
  /// @param place from 1 on
  record Place(Keep keep, String period, int place, int places) implements Reason {}

  /// There are no rules for it.
  record NoRules() implements Reason {}

  /// There are rules, and none keeps it.
  record NoRuleKeeps() implements Reason {}

  /// It is damaged, or not verified where only verified ones count, and a newer one is better.
  record Superseded() implements Reason {}

  /// It is older than the cap.
  record TooOld(Duration maxAge) implements Reason {}

  /// It is not among as many newest as the cap allows.
  record TooMany(int maxCount) implements Reason {}

  /// Somebody named it.
  record Named() implements Reason {}

  /// A few words that scripts may rely on.
  default String text() {
    return switch (this) {
      case Newest() -> "newest";
      case NewestGood() -> "newest without damaged pages";
      case NewestVerified() -> "newest verified";
      case Held _ -> "held";
      case WindowBase _ -> "base of the window";
      case NeededBy(String name) -> "needed by " + name;
      case Within _ -> RetentionFile.WITHIN;
      case InWindow _ -> "window";
      case NoNewerGood() -> "no newer good one";
      case Place(Keep keep, String period, _, _) ->
          period.isEmpty() ? keep.option() : keep.option() + " " + period;
      case NoRules() -> "no rules";
      case NoRuleKeeps() -> "no rule keeps it";
      case Superseded() -> "a newer one is good";
      case TooOld _ -> RetentionFile.MAX_AGE;
      case TooMany _ -> RetentionFile.MAX_COUNT;
      case Named() -> "named";
    };
  }

  /// A sentence for people.
  default String sentence() {
    return switch (this) {
      case Newest() -> "It is the newest backup.";
      case NewestGood() -> "It is the newest backup without damage.";
      case NewestVerified() -> "It is the newest backup that was verified.";
      case Held(Hold hold) -> sentenceOf(hold);
      case WindowBase(Duration window) ->
          "Recovery to every moment of the last " + TimeText.of(window) + " begins with it.";
      case NeededBy(String name) -> "Backup " + name + " cannot be restored without it.";
      case Within(Duration time) -> "It began less than " + TimeText.of(time) + " ago.";
      case InWindow(Duration window) ->
          "It lies within the recovery window of " + TimeText.of(window) + ".";
      case NoNewerGood() -> "There is no newer one that is good.";
      case Place(Keep keep, String period, int place, int places) ->
          period.isEmpty()
              ? "It is number " + place + " of the newest " + places + "."
              : "It is the newest good one of %s, place %d of %d of %s."
                  .formatted(period, place, places, keep.option());
      case NoRules() -> "There are no rules that limit what is kept.";
      case NoRuleKeeps() -> "No rule keeps it.";
      case Superseded() -> "It takes no place, and a newer one is good.";
      case TooOld(Duration maxAge) -> "It is older than " + TimeText.of(maxAge) + ".";
      case TooMany(int maxCount) -> "It is not among the newest " + maxCount + ".";
      case Named() -> "It was named.";
    };
  }

  private static String sentenceOf(Hold hold) {
    return switch (hold) {
      case Hold.None() -> "It is not held.";
      case Hold.Until(Instant end) -> "It is held until " + end + ".";
      case Hold.Legal() -> "It is held.";
    };
  }
}
