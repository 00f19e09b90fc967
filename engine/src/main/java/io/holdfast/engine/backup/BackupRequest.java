package io.holdfast.engine.backup;

/// What to back up and how.
public record BackupRequest(Type type, Checkpoint checkpoint) {
  /// The word people use. Both read everything, store only what is new and restore alone; an
  /// incremental one names its parent.
  public enum Type {
    FULL("full"),
    INCREMENTAL("incremental");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  /// Whether the server hurries its checkpoint at the start.
  public enum Checkpoint {
    FAST,
    SPREAD
  }
}
