package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.util.Locale;

/// What a run does.
public sealed interface RunRequest {
  /// Where the name of a backup stands in what a run needs, and in what came of it.
  String BACKUP = "backup";

  /// The newest backup, in the place of a name.
  String LATEST = "latest";

  /// What a job asks for.
  ///
  /// @param backup its name, or [#LATEST]; nothing to jobs that make one
  static RunRequest of(Job job, String backup) {
    return switch (job) {
      case FULL -> new Physical(Physical.Type.FULL);
      case INCREMENTAL -> new Physical(Physical.Type.INCREMENTAL);
      case DUMP -> new Dump(Dump.Content.DUMP);
      case SCHEMA -> new Dump(Dump.Content.SCHEMA);
      case VERIFY -> new Verify(backup);
      case TEST_RESTORE -> new TestRestore(backup);
      case RETENTION -> new Retention();
    };
  }

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

  /// Restores a physical backup into a scratch server and checks it.
  ///
  /// @param backup its name, or `latest`
  record TestRestore(String backup) implements RunRequest {
    @Override
    public String kind() {
      return Job.TEST_RESTORE.word();
    }

    @Override
    public String lane() {
      return Job.TEST_RESTORE.word();
    }
  }

  /// Forgets what the source's retention policy no longer keeps, and prunes.
  record Retention() implements RunRequest {
    @Override
    public String kind() {
      return Job.RETENTION.word();
    }

    @Override
    public String lane() {
      return Job.RETENTION.word();
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
