package io.holdfast.engine.retention;

import java.util.ArrayList;
import java.util.List;

/// Says what a policy does.
final class PolicyInWords {
  private PolicyInWords() {}

  static List<String> of(RetentionPolicy policy) {
    List<String> sentences = new ArrayList<>();
    boolean keepsAll = policy.rules().isEmpty() && policy.window().isZero();
    if (keepsAll || !policy.rules().isEmpty()) {
      sentences.add("keeps " + (keepsAll ? "everything" : rules(policy.rules())));
    }
    policy
        .incrementals()
        .ifPresent(rules -> sentences.add("of incrementals keeps " + rules(rules)));
    if (!policy.window().isZero()) {
      sentences.add(
          "keeps what recovery to every moment of the last %s needs"
              .formatted(TimeText.of(policy.window())));
    }
    Caps caps = policy.caps();
    if (!caps.maxAge().isZero()) {
      sentences.add("of these keeps nothing older than " + TimeText.of(caps.maxAge()));
    }
    if (caps.maxCount() > 0) {
      sentences.add("of these keeps no more than the newest " + caps.maxCount());
    }
    if (!policy.wal().keep().isZero()) {
      sentences.add("keeps WAL of the last " + TimeText.of(policy.wal().keep()));
    }
    if (!policy.wal().archiveAfter().isZero()) {
      sentences.add("WAL is due for the archive after " + TimeText.of(policy.wal().archiveAfter()));
    }
    if (!policy.archiveAfter().isZero()) {
      sentences.add("backups are due for the archive after " + TimeText.of(policy.archiveAfter()));
    }
    if (policy.counts() == RetentionPolicy.Counts.VERIFIED) {
      sentences.add("only verified backups count");
    }
    sentences.add("days are those of " + policy.zone().getId());
    return sentences;
  }

  private static String rules(KeepRules rules) {
    List<String> parts = new ArrayList<>();
    rules.places().forEach((keep, count) -> parts.add(places(keep, count)));
    if (!rules.within().isZero()) {
      parts.add("all of the last " + TimeText.of(rules.within()));
    }
    return parts.size() < 2
        ? String.join("", parts)
        : String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.getLast();
  }

  private static String places(Keep keep, int count) {
    if (keep == Keep.LAST) {
      return "the newest " + count;
    }
    String period =
        switch (keep) {
          case LAST, HOURLY -> "hour";
          case DAILY -> "day";
          case WEEKLY -> "week";
          case MONTHLY -> "month";
          case YEARLY -> "year";
        };
    return "the newest of each of %d %s%s".formatted(count, period, count == 1 ? "" : "s");
  }
}
