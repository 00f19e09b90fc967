package io.holdfast.engine.dump;

import static java.util.stream.Collectors.joining;

import io.holdfast.postgres.dump.ArchiveSelection;
import java.util.List;

/// Says what needs what, in one line.
final class Unfitting {
  private static final int SHOWN_MAX = 5;

  private Unfitting() {}

  static String described(List<ArchiveSelection.Unfit> unfit) {
    return unfit.stream()
            .limit(SHOWN_MAX)
            .map(each -> each.what() + " needs " + each.needs())
            .collect(joining("; "))
        + (unfit.size() > SHOWN_MAX ? "; … (" + unfit.size() + " in all)" : "");
  }
}
