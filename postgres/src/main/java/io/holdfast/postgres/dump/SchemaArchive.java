package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.client.ClientProgram;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The definitions of a database, as `pg_dump` writes them into an archive of its own format.
public final class SchemaArchive {
  private SchemaArchive() {}

  /// How long `pg_dump` may wait for a lock. Who holds it up waits for us: there is nothing to be
  /// waited for.
  private static final Duration LOCK_WAIT = Duration.ofSeconds(2);

  /// Writes the definitions as they are in a snapshot.
  ///
  /// @param file that is made or overwritten
  /// @return what the program warned of
  /// @throws BackupException `TIMED_OUT` if somebody waits to change a table: the snapshot has to
  ///   be given up; `CLIENT_PROGRAM_FAILED` with what the program says
  public static List<String> write(
      ClientRun run, ConnectionUrl url, DumpSnapshot snapshot, Path file) throws IOException {
    List<String> arguments =
        List.of(
            "--schema-only",
            "--format=custom",
            // What is compressed cannot be compared with the dump of the day before.
            "--compress=0",
            "--snapshot=" + snapshot.id(),
            "--lock-wait-timeout=" + LOCK_WAIT.toMillis(),
            "--file=" + file);
    ClientRun.Ended ended = run.run(ClientProgram.PG_DUMP, url, Map.of(), arguments);
    if (ended.status() != 0 && ended.said().contains("lock timeout")) {
      throw new BackupException(
          ErrorCode.TIMED_OUT,
          "definitions of " + url + ": somebody waits to change a table: " + ended.reason(),
          "Run the dump again when that work has ended (pg_stat_activity, pg_locks).");
    }
    if (ended.status() != 0) {
      throw run.failed(ClientProgram.PG_DUMP, "definitions of " + url, ended);
    }
    return ended.said().lines().filter(line -> line.contains("warning:")).toList();
  }

  /// Roles, their memberships and settings, and tablespaces of the whole server, as a script. Where
  /// the server shows no password hashes to the role, the script is without them.
  ///
  /// @param remarks what the script lacks is added here
  /// @return the file with the script
  /// @throws BackupException `CLIENT_PROGRAM_FAILED` with what the program says
  public static Path globals(ClientRun run, ConnectionUrl url, List<String> remarks)
      throws IOException {
    ClientRun.Ended full = globals(run, url);
    if (full.status() == 0) {
      return full.output();
    }
    ClientRun.Ended ended = globals(run, url, "--no-role-passwords");
    if (ended.status() != 0) {
      throw new BackupException(
          ErrorCode.CLIENT_PROGRAM_FAILED,
          "roles of " + url + ": " + ended.reason(),
          "The role needs to read pg_roles and pg_tablespace.");
    }
    remarks.add("passwords of roles are not in the dump: the role may not read them");
    return ended.output();
  }

  private static ClientRun.Ended globals(ClientRun run, ConnectionUrl url, String... further)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(further));
    arguments.add("--globals-only");
    arguments.add("--encoding=UTF8");
    arguments.add("--database=" + url.database());
    return run.run(ClientProgram.PG_DUMPALL, url, Map.of(), arguments);
  }
}
