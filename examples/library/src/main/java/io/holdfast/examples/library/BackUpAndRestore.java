package io.holdfast.examples.library;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Options;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.DumpBackupReport;
import io.holdfast.engine.dump.DumpFilter;
import io.holdfast.engine.dump.DumpRequest;
import io.holdfast.engine.dump.DumpRestoreReport;
import io.holdfast.engine.dump.DumpRestoreRequest;
import io.holdfast.engine.files.FilesBackupReport;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesRestoreReport;
import io.holdfast.engine.files.FilesRestoreRequest;
import io.holdfast.repository.StoredSnapshot;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Backs up a directory and a database into one repository, and restores both elsewhere.
public final class BackUpAndRestore {
  private static final String SOURCE = "shop";
  private static final int JOBS = 2;

  private final Options options;
  private final PrintStream out;

  BackUpAndRestore(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /// Takes a repository, a directory to back up and one to restore into; see the README.
  public static void main(String[] args) {
    if (args.length != 3) {
      System.err.println("give a REPOSITORY, a DIRECTORY and where to restore it TO");
      System.exit(ErrorKind.USER.exitStatus());
    }
    Options options =
        options(Path.of(args[0]).toAbsolutePath(), secret("PASSPHRASE"), secret("DATABASE_URL"));
    try {
      new BackUpAndRestore(options, System.out)
          .run(
              Path.of(args[1]).toAbsolutePath(),
              Path.of(args[2]).toAbsolutePath(),
              secret("RESTORE_URL"));
    } catch (BackupException e) {
      System.err.println(e.code().label() + ": " + e.text() + "\n" + e.hint());
      System.exit(e.code().kind().exitStatus());
    }
  }

  private static Secret secret(String variable) {
    return new Secret(System.getenv().getOrDefault(variable, ""));
  }

  static Options options(Path repository, Secret passphrase, Secret database) {
    Settings settings =
        Settings.of(repository.toString(), new KeySource.Passphrase(passphrase))
            .withSource(SOURCE)
            .withUrl(database);
    return Options.of(settings).withEnvironment(System.getenv());
  }

  /// @param to a directory that is empty or does not exist
  /// @param newDatabase the URL of a database that is to be made
  void run(Path directory, Path to, Secret newDatabase) {
    try (Holdfast holdfast = openOrCreate()) {
      backUpFiles(holdfast, directory);
      backUpDatabase(holdfast);
      list(holdfast);
      restoreFiles(holdfast, to);
      restoreDatabase(holdfast, newDatabase);
    }
  }

  private Holdfast openOrCreate() {
    try {
      return Holdfast.open(options);
    } catch (BackupException e) {
      if (e.code() != ErrorCode.REPOSITORY_MISSING) {
        throw e;
      }
    }
    Holdfast.Created created = Holdfast.create(options);
    out.println("made the repository " + created.holdfast().id() + "; print this and keep it:");
    out.println(created.recoveryKit().expose());
    return created.holdfast();
  }

  private void backUpFiles(Holdfast holdfast, Path directory) {
    FilesBackupRequest request =
        new FilesBackupRequest(
            List.of(directory),
            List.of("*.tmp"),
            FilesBackupRequest.Caches.EXCLUDED,
            FilesBackupRequest.Mounts.CROSSED);
    FilesBackupReport report = holdfast.files().backup(request);
    out.println("backed up " + directory + " as " + report.name());
    report.warnings().forEach(warning -> out.println("warning: " + warning));
  }

  private void backUpDatabase(Holdfast holdfast) {
    DumpRequest request =
        new DumpRequest(
            List.of(),
            DumpRequest.Scope.NAMED,
            DumpRequest.Content.ALL,
            DumpFilter.ALL,
            Duration.ofSeconds(60),
            JOBS);
    Cancellation stopButton = new Cancellation();
    Watch watch = new Watch(new PrintedPhases(out), stopButton);
    DumpBackupReport report = holdfast.dumps(watch).backup(request);
    out.println("dumped the database as " + report.name());
    report.warnings().forEach(warning -> out.println("warning: " + warning));
  }

  private void list(Holdfast holdfast) {
    for (StoredSnapshot backup : holdfast.snapshots().list().backups()) {
      out.println(
          "in the repository: "
              + backup.record().name()
              + ", "
              + backup.record().kind()
              + ", "
              + backup.record().logicalBytes()
              + " bytes");
    }
  }

  private void restoreFiles(Holdfast holdfast, Path to) {
    FilesRestoreRequest request =
        new FilesRestoreRequest(
            "latest",
            SOURCE,
            to,
            List.of(),
            FilesRestoreRequest.Existing.REFUSE,
            FilesRestoreRequest.Owners.BY_NAME);
    FilesRestoreReport report = holdfast.files().restore(request);
    out.println((report.isComplete() ? "restored all files to " : "restored SOME files to ") + to);
  }

  private void restoreDatabase(Holdfast holdfast, Secret newDatabase) {
    DumpRestoreRequest request =
        new DumpRestoreRequest(
            "latest",
            SOURCE,
            newDatabase,
            Optional.empty(),
            List.of(),
            DumpRestoreRequest.Content.ALL,
            DumpRestoreRequest.Filled.REFUSED,
            DumpRestoreRequest.Owners.KEPT,
            DumpRestoreRequest.Globals.LEFT_OUT,
            DumpRestoreRequest.Placement.CREATED,
            Optional.empty(),
            new DumpRestoreRequest.Erasures.Applied(Optional.empty()),
            JOBS);
    DumpRestoreReport report = holdfast.dumps().restore(request);
    out.println("restored " + report.rows() + " rows into a new database");
  }
}
