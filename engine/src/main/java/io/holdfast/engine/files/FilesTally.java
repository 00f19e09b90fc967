package io.holdfast.engine.files;

import io.holdfast.engine.files.EntryComparison.Verdict;
import java.util.ArrayList;
import java.util.List;

/// What a backup of files counts. *Confined.*
final class FilesTally {
  private static final int SHOWN_MAX = 100;

  private long unchanged;
  private long changed;
  private long changedWhileRead;
  private final List<String> shown = new ArrayList<>();

  void count(Verdict verdict) {
    switch (verdict) {
      case UNCHANGED -> unchanged++;
      case NEW, CHANGED -> changed++;
    }
  }

  void changedWhileRead(String path) {
    changedWhileRead++;
    if (shown.size() < SHOWN_MAX) {
      shown.add(path);
    }
  }

  long unchanged() {
    return unchanged;
  }

  /// New ones included.
  long changed() {
    return changed;
  }

  long changedWhileRead() {
    return changedWhileRead;
  }

  /// The first paths of files that changed while they were read.
  List<String> shown() {
    return List.copyOf(shown);
  }
}
