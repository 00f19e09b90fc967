package io.holdfast.engine.files;

import java.util.ArrayList;
import java.util.List;

/// What a backup of files counts. *Confined.*
final class FilesTally {
  private static final int SHOWN_MAX = 100;

  long unchanged;
  long changed;
  private long changedWhileRead;
  private final List<String> shown = new ArrayList<>();

  void changedWhileRead(String path) {
    changedWhileRead++;
    if (shown.size() < SHOWN_MAX) {
      shown.add(path);
    }
  }

  long changedWhileRead() {
    return changedWhileRead;
  }

  /// The first paths of files that changed while they were read.
  List<String> shown() {
    return List.copyOf(shown);
  }
}
