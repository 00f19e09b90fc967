package io.holdfast.engine.verify;

/// What to do about a damaged object, by its name.
final class Hints {
  static final String LOST_CHUNKS =
      "Run the backup again: it stores again what the source still has, and so heals older backups"
          + " too. What it no longer has is lost.";
  static final String WAL =
      "Make a new backup. Earlier backups can be restored to moments before the gap only.";
  private static final String REPAIR = "Run 'holdfast repair', then the backup again.";
  private static final String PUT_BACK =
      "Put the object back from a copy of the repository, and leave everything else as it is.";

  private Hints() {}

  static String of(String object) {
    if (object.startsWith("packs/") || object.startsWith("idx/") || object.startsWith("maint/")) {
      return REPAIR;
    }
    if (object.startsWith("keys/slot/")) {
      return "Make another key with 'holdfast key add', then remove this one with 'holdfast key"
          + " remove'.";
    }
    if (object.startsWith("forgot/")) {
      return "The backup counts again. Remove this object from the store, and forget the backup"
          + " once more if it is to go.";
    }
    if (object.startsWith("wal/")) {
      return WAL;
    }
    return PUT_BACK;
  }
}
