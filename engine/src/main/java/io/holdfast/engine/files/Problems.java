package io.holdfast.engine.files;

import io.holdfast.base.FileReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What could not be done, the first of it in words. *Guarded* by itself.
final class Problems {
  private static final int SHOWN_MAX = 1_000;

  private final List<Problem> shown = new ArrayList<>();
  private long count;

  /// One entry that suffers.
  record Problem(String path, String what) {
    String text() {
      return path + ": " + what;
    }
  }

  void add(String path, IOException why) {
    add(path, FileReason.of(why));
  }

  synchronized void add(String path, String what) {
    count++;
    if (shown.size() < SHOWN_MAX) {
      shown.add(new Problem(path, what));
    }
  }

  synchronized long count() {
    return count;
  }

  synchronized List<String> texts() {
    List<String> texts = new ArrayList<>(shown.stream().map(Problem::text).toList());
    if (count > shown.size()) {
      texts.add("and " + (count - shown.size()) + " more");
    }
    return texts;
  }
}
