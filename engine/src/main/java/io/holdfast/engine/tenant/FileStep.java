package io.holdfast.engine.tenant;

import io.holdfast.engine.tenant.AssetStore.Seen;

/// What becomes of one file.
///
/// @param stored where the content is in the backup
/// @param before what is there now
/// @param after the hash of the file when it is done; empty if it is gone
record FileStep(
    String group,
    String store,
    String key,
    Action action,
    String stored,
    Seen before,
    String after) {
  /// What becomes of a file.
  enum Action {
    CREATE('c'),
    REPLACE('o'),
    DELETE('d');

    private final char word;

    Action(char word) {
      this.word = word;
    }

    /// How it is written down.
    char word() {
      return word;
    }
  }

  /// For the plan's digest.
  String text() {
    return action + " " + group + " " + key + " " + before.state() + " " + after;
  }

  /// What is written down of it.
  FileDone done() {
    return new FileDone(action, group, key, after);
  }
}
