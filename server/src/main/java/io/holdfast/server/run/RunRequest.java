package io.holdfast.server.run;

import io.holdfast.engine.plan.Job;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

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

  /// A restore of a physical backup into a new directory, shown or done.
  ///
  /// @param backup its permanent id
  /// @param entry its id in the catalog
  /// @param source of the backup
  /// @param until [#LATEST], [#OF_BACKUP] or a time
  /// @param step how far it goes
  /// @param before what is done first
  record Restore(
      String backup,
      String entry,
      String source,
      String target,
      String until,
      Stage step,
      Before before)
      implements RunRequest {
    public static final String PLAN = "restore-plan";
    public static final String RESTORE = "restore";

    /// The end of the WAL behind the backup.
    public static final String LATEST = "latest";

    /// The end of the backup.
    public static final String OF_BACKUP = "backup";

    /// How far a restore goes.
    public enum Stage {
      SHOWN,
      DONE
    }

    /// What is done before anything is written.
    public enum Before {
      NOTHING,
      /// The backup is read back.
      VERIFIED
    }

    @Override
    public String kind() {
      return switch (step) {
        case SHOWN -> PLAN;
        case DONE -> RESTORE;
      };
    }

    @Override
    public String lane() {
      return kind();
    }
  }

  /// The account of an application that something is done for.
  ///
  /// @param account in the catalog
  /// @param externalId as the application's database knows it
  record Owner(UUID account, String application, String externalId) {}

  /// What is done for an account. Its runs wait for each other.
  sealed interface OfAccount extends RunRequest {
    Owner owner();

    @Override
    default String lane() {
      return "account/" + owner().application() + "/" + owner().externalId();
    }
  }

  /// A backup of an account, or of a part of it.
  ///
  /// @param scope `full`, or the name of a smaller scope of the application
  /// @param scopeId the id of its root; that of the account for `full`
  /// @param included which switches of the application's assets are on
  /// @param tables whose rows are left out
  /// @param file whether its downloads are to be sealed
  record TenantBackup(
      Owner owner,
      String scope,
      String scopeId,
      Set<Assets> included,
      List<String> tables,
      Sealing file)
      implements OfAccount {
    public static final String KIND = "tenant";

    /// Assets that a backup may have.
    public enum Assets {
      AUDIO,
      DOCUMENTS
    }

    /// Of files that leave the repository.
    public enum Sealing {
      SEALED,
      PLAIN
    }

    public TenantBackup {
      included = Set.copyOf(included);
      tables = List.copyOf(tables);
    }

    @Override
    public String kind() {
      return KIND;
    }
  }

  /// A restore of an account, shown or done.
  ///
  /// @param backup its permanent id
  /// @param entry its id in the catalog
  /// @param scope as at the backup
  /// @param aim what is to be reached
  /// @param step how far it goes
  /// @param plan the digest that was shown; empty if nothing was
  record TenantRestore(
      Owner owner,
      String backup,
      String entry,
      String scope,
      String scopeId,
      Aim aim,
      Step step,
      Optional<String> plan)
      implements OfAccount {
    public static final String PREVIEW = "tenant-preview";
    public static final String RESTORE = "tenant-restore";

    /// What is to be reached.
    ///
    /// @param what a restore, a copy or the end of a restore
    /// @param preset of a restore
    /// @param tables that stay as they are
    /// @param target the account that a copy is for; empty for none
    public record Aim(What what, String preset, List<String> tables, Optional<String> target) {
      public Aim {
        tables = List.copyOf(tables);
      }
    }

    /// How far a restore goes.
    public enum Step {
      SHOWN,
      DONE
    }

    /// What a restore does.
    public enum What {
      RESTORE,
      COPY,
      UNDO
    }

    @Override
    public String kind() {
      return switch (step) {
        case SHOWN -> PREVIEW;
        case DONE -> RESTORE;
      };
    }
  }

  /// Reads a backup of an account back.
  ///
  /// @param backup its permanent id
  record TenantVerify(Owner owner, String backup) implements OfAccount {
    public static final String KIND = "tenant-verify";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /// Forgets backups of an account.
  ///
  /// @param backups their permanent ids; empty for those that the account's settings no longer keep
  record TenantForget(Owner owner, List<String> backups) implements OfAccount {
    public static final String KIND = "tenant-forget";

    public TenantForget {
      backups = List.copyOf(backups);
    }

    @Override
    public String kind() {
      return KIND;
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
