package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.recovery.StopRule;
import io.holdfast.postgres.testing.LowLevelBackup;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(Lifecycle.PER_CLASS)
class RecoveryTest {
  private final Map<Integer, Source> sources = new TreeMap<>();

  @AfterAll
  void removeSources() throws Exception {
    for (Source source : sources.values()) {
      source.close();
    }
  }

  /// A cluster that was backed up, changed three times and stopped.
  ///
  /// @param beforeCommit where the commit record of the second change begins
  private record Source(TestCluster cluster, Path backup, Path archive, Lsn beforeCommit)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      cluster.close();
    }

    String restoreCommand() {
      return "cp " + archive + "/%f %p";
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aScratchServerRecoversToExactlyTheRecordAskedFor(int version) throws Exception {
    Source source = source(version);
    assertThat(recovered(source, StopRule.AFTER_RECORD)).containsExactly("1", "2");
    assertThat(recovered(source, StopRule.BEFORE_RECORD)).containsExactly("1");
    assertThat(recovered(source, StopRule.AT_CONSISTENCY)).isEmpty();
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aUsersRestoreKeepsItsConfigurationInQuarantine(int version) throws Exception {
    Source source = source(version);
    try (TestCluster restored = restore(source)) {
      Map<String, String> archiveBefore = listing(source.archive());
      restored.configure(
          "unix_socket_directories = '" + restored.place().socketDirectory() + "'",
          "hot_standby = off",
          "work_mem = 7MB",
          "max_connections = 50",
          "recovery_target_time = '2001-01-01 00:00:00+00'",
          "recovery_target_action = shutdown",
          "recovery_min_apply_delay = 1d",
          "archive_mode = on",
          "archive_command = 'cp %p " + source.archive() + "/%f'",
          "synchronous_standby_names = '*'",
          "primary_conninfo = 'host=/nowhere user=u password=hush'",
          "primary_slot_name = 's'",
          "archive_cleanup_command = 'touch " + source.archive() + "/cleaned'",
          "recovery_end_command = 'touch " + source.archive() + "/ended'");
      Files.writeString(
          restored.data().resolve(RecoverySetup.AUTO_CONF),
          """
          # kept
          maintenance_work_mem = '33MB'
          max_wal_senders = '3'
          recovery_target_name = 'x'
          archive_cleanup_command = 'rm it''s'
          """);
      Files.createFile(restored.data().resolve("standby.signal"));

      RecoveryRequest request = request(source, StopRule.AFTER_RECORD);
      FileChanges changes =
          RecoverySetup.plan(
              request,
              ControlFile.read(restored.data()),
              Files.readString(restored.data().resolve("postgresql.conf")),
              Files.readString(restored.data().resolve(RecoverySetup.AUTO_CONF)));
      changes.apply(restored.data());
      assertThat(restored.data().resolve("standby.signal")).doesNotExist();
      restored.start();

      assertThat(restored.sql("SELECT n FROM t ORDER BY n")).containsExactly("1", "2");
      assertThat(restored.sql("SELECT pg_is_in_recovery()")).containsExactly("f");
      restored.sql("INSERT INTO t VALUES (100)");
      restored.sql("SELECT pg_switch_wal()");
      assertThat(settings(restored, "work_mem", "maintenance_work_mem", "archive_mode"))
          .containsExactly("7MB", "33MB", "off");
      assertThat(settings(restored, "max_connections", "max_wal_senders"))
          .containsExactly("123", "7");
      assertThat(settings(restored, "synchronous_standby_names", "primary_conninfo"))
          .containsExactly("", "");
      assertThat(listing(source.archive())).isEqualTo(archiveBefore);

      assertThat(changes.settings().toString()).contains("password=***").doesNotContain("hush");
      assertThat(changes.settings())
          .extracting(SettingChange::name)
          .contains("archive_mode", "max_connections", "max_wal_senders", "primary_conninfo")
          .doesNotContain("max_locks_per_transaction", "work_mem");
      lift(restored, changes);
    }
  }

  @Test
  void anArchiveOfItsOwnIsUsed() throws Exception {
    Source source = source(TestPrograms.WITH_TOOLS);
    try (TestCluster restored = restore(source)) {
      Path own = Files.createDirectory(restored.place().directory().resolve("own"));
      restored.configure(
          "unix_socket_directories = '" + restored.place().socketDirectory() + "'",
          "hot_standby = off");
      RecoveryRequest request =
          new RecoveryRequest(
              TestPrograms.WITH_TOOLS,
              1,
              StopRule.AT_CONSISTENCY,
              new Lsn(0),
              TargetAction.PROMOTE,
              source.restoreCommand(),
              "cp %p '" + own + "/%f'");
      RecoverySetup.plan(
              request,
              ControlFile.read(restored.data()),
              Files.readString(restored.data().resolve("postgresql.conf")),
              "")
          .apply(restored.data());
      restored.start();
      restored.stop();
      assertThat(listing(own)).containsKey("00000002.history");
    }
  }

  @Test
  void walThatCannotBeHadEndsInAnErrorWithTheServersReason() throws Exception {
    Source source = source(TestPrograms.WITH_TOOLS);
    try (TestCluster restored = restore(source)) {
      RecoveryRequest request =
          new RecoveryRequest(
              TestPrograms.WITH_TOOLS,
              1,
              StopRule.AFTER_RECORD,
              new Lsn(1L << 40),
              TargetAction.PROMOTE,
              source.restoreCommand(),
              "");
      scratch(restored)
          .planRecovery(request, ControlFile.read(restored.data()))
          .apply(restored.data());
      assertThatThrownBy(restored::start)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("recovery ended before configured recovery target was reached")
          .extracting(e -> ((BackupException) e).code())
          .isEqualTo(ErrorCode.RECOVERY_FAILED);
    }
  }

  private static List<String> recovered(Source source, StopRule rule) throws Exception {
    try (TestCluster restored = restore(source)) {
      FileChanges changes =
          scratch(restored).planRecovery(request(source, rule), ControlFile.read(restored.data()));
      changes.apply(restored.data());
      restored.start();
      return restored.sql("SELECT n FROM t ORDER BY n");
    }
  }

  private static ScratchSetup scratch(TestCluster cluster) {
    return new ScratchSetup(cluster.place().socketDirectory().toString(), List.of(), 16);
  }

  private static RecoveryRequest request(Source source, StopRule rule) {
    return new RecoveryRequest(
        source.cluster().programs().majorVersion(),
        1,
        rule,
        source.beforeCommit(),
        TargetAction.PROMOTE,
        source.restoreCommand(),
        "");
  }

  private Source source(int version) throws Exception {
    Source source = sources.get(version);
    if (source == null) {
      source = makeSource(version);
      sources.put(version, source);
    }
    return source;
  }

  private static Source makeSource(int version) throws Exception {
    TestCluster cluster = TestCluster.create(version);
    Path archive = Files.createDirectory(cluster.place().directory().resolve("archive"));
    Path backup = Files.createDirectory(cluster.place().directory().resolve("backup"));
    cluster.configure(
        "archive_mode = on",
        "archive_command = 'cp %p " + archive + "/%f'",
        "max_connections = 123",
        "max_wal_senders = 7");
    cluster.start();
    cluster.sql("CREATE TABLE t (n int)");
    LowLevelBackup.take(cluster, backup);
    cluster.sql("INSERT INTO t VALUES (1)");
    Lsn beforeCommit;
    try (Connection connection = cluster.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (2)");
      beforeCommit =
          Lsn.parse(TestCluster.sql(connection, "SELECT pg_current_wal_insert_lsn()").getFirst());
      connection.commit();
    }
    cluster.sql("INSERT INTO t VALUES (3)");
    cluster.sql("SELECT pg_switch_wal()");
    cluster.stop();
    return new Source(cluster, backup, archive, beforeCommit);
  }

  /// The archive is opened to the other server's user, who is the same.
  private static TestCluster restore(Source source) throws Exception {
    TestCluster restored = TestCluster.empty(source.cluster().programs().majorVersion());
    Files.delete(restored.data());
    TestPrograms.run(List.of("cp", "-a", source.backup().toString(), restored.data().toString()));
    Files.setPosixFilePermissions(restored.data(), DataDirectoryLayout.DIRECTORY_MODE);
    return restored;
  }

  private static List<String> settings(TestCluster cluster, String... names) throws Exception {
    List<String> values = new java.util.ArrayList<>();
    for (String name : names) {
      values.addAll(cluster.sql("SHOW " + name));
    }
    return values;
  }

  /// Every statement of the report runs, and then the old values stand in the files again.
  private static void lift(TestCluster restored, FileChanges changes) throws Exception {
    for (SettingChange change : changes.settings()) {
      restored.sql(change.howToLift().substring(0, change.howToLift().indexOf(';')));
    }
    assertThat(
            restored.sql(
                "SELECT name, setting FROM pg_file_settings WHERE applied AND name IN"
                    + " ('archive_mode', 'max_connections', 'synchronous_standby_names',"
                    + " 'archive_cleanup_command') ORDER BY name"))
        .containsExactly("archive_cleanup_command|rm it's", "synchronous_standby_names|*");
  }

  private static Map<String, String> listing(Path directory) throws IOException {
    Map<String, String> listing = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        listing.put(
            file.getFileName().toString(),
            java.util.Arrays.hashCode(Files.readAllBytes(file)) + "");
      }
    }
    return listing;
  }
}
