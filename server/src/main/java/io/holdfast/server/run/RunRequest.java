package io.holdfast.server.run;

import java.util.Locale;

/// What a run does.
public sealed interface RunRequest {
  /// The word for it in the catalog and in the API.
  String kind();

  /// What no two runs of one source may do at once: runs with the same word wait for each other.
  String lane();

  /// A physical backup.
  record Physical(Type type) implements RunRequest {
    /// Both read everything and store only what is new.
    public enum Type {
      FULL,
      INCREMENTAL;

      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public String kind() {
      return type.word();
    }

    @Override
    public String lane() {
      return "physical";
    }
  }

  /// A dump of the source's database.
  record Dump(Content content) implements RunRequest {
    /// What of it.
    public enum Content {
      DUMP,
      /// Definitions without rows.
      SCHEMA;

      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public String kind() {
      return content.word();
    }

    @Override
    public String lane() {
      return content.word();
    }
  }

  /// Reads a backup back.
  ///
  /// @param backup its name, or `latest`
  record Verify(String backup) implements RunRequest {
    @Override
    public String kind() {
      return "verify";
    }

    @Override
    public String lane() {
      return "verify";
    }
  }

  /// What a newer server wrote: it is shown, and left to that server.
  record Unknown(String kind) implements RunRequest {
    @Override
    public String lane() {
      return kind;
    }
  }
}
