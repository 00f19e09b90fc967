package io.holdfast.engine.testing;

import io.holdfast.base.Secret;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.backup.BackupRequest;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A repository with two backups of a real server, the second with overridden pages, on timeline 2,
/// so that a history file is archived too.
public final class SmallRepository {
  private SmallRepository() {}

  /// Returns the names of the backups, oldest first.
  public static List<String> make(Path directory) throws IOException {
    try (TestServer server = TestServer.start(15, Map.of("max_wal_senders", "4"))) {
      server.sql(
          "UPDATE pg_database SET datistemplate = false",
          "DROP DATABASE template0",
          "DROP DATABASE template1",
          "CREATE TABLE t AS SELECT n, md5(n::text) AS filler FROM generate_series(1, 20000) n",
          "VACUUM (FREEZE) t");
      startTimeline2(server);
      Settings settings =
          TestEngine.settings(
              directory,
              Optional.of(
                  new Secret(
                      "postgresql://postgres@127.0.0.1:"
                          + server.port()
                          + "/postgres?sslmode=disable")));
      try (OpenRepository repository =
          new RepositoryAccess(TestEngine.context()).init(settings).repository()) {
        String first = backUp(repository, settings, BackupRequest.Type.FULL);
        server.sql("UPDATE t SET filler = md5(filler) WHERE n % 1000 = 0", "CHECKPOINT");
        return List.of(first, backUp(repository, settings, BackupRequest.Type.INCREMENTAL));
      }
    }
  }

  private static void startTimeline2(TestServer server) throws IOException {
    server.stop("fast");
    server.write("recovery.signal", "");
    server.append("postgresql.conf", "restore_command = 'false'");
    server.start();
    server.sql("CHECKPOINT");
  }

  private static String backUp(
      OpenRepository repository, Settings settings, BackupRequest.Type type) {
    return new PhysicalBackup(TestEngine.context(), repository)
        .run(settings, new BackupRequest(type, BackupRequest.Checkpoint.FAST))
        .backup()
        .record()
        .name();
  }
}
