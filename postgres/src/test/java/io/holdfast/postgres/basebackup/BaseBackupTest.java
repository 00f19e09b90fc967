package io.holdfast.postgres.basebackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.basebackup.BaseBackup.Options;
import io.holdfast.postgres.basebackup.BaseBackup.Options.Checkpoint;
import io.holdfast.postgres.basebackup.BaseBackup.Options.ManifestChecksums;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import io.holdfast.postgres.manifest.ManifestFile;
import io.holdfast.postgres.manifest.ManifestReader;
import io.holdfast.postgres.manifest.ManifestSummary;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import io.holdfast.postgres.wire.ReplicationConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BaseBackupTest {
  private static final Options FAST = new Options("test 'quoted'", Checkpoint.FAST);

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 18})
  void everyFileOfALoadedClusterMatchesTheManifest(int major) throws Exception {
    try (TestServer server = TestServer.start(major, Map.of())) {
      Path extra = server.directory("extra");
      fill(server, extra);
      AtomicBoolean stop = new AtomicBoolean();
      try (Workers load = Workers.virtual("load")) {
        load.start(() -> write(server, stop));
        check(server, extra, FAST, ChecksumAlgorithm.CRC32C);
        check(
            server,
            extra,
            new Options("sha", Checkpoint.FAST, OptionalInt.empty(), ManifestChecksums.SHA256),
            ChecksumAlgorithm.SHA256);
        stop.set(true);
        load.join();
      }
    }
  }

  private static void fill(TestServer server, Path extra) throws IOException {
    server.sql(
        "CREATE TABLESPACE extra LOCATION '" + extra + "'",
        "CREATE TABLE accounts (id int PRIMARY KEY, balance int, filler text)",
        "INSERT INTO accounts SELECT n, 0, repeat('x', 80) FROM generate_series(1, 20000) n",
        "CREATE TABLE history (at timestamptz, id int) TABLESPACE extra",
        "CREATE UNLOGGED TABLE scratch (n int)",
        "INSERT INTO scratch SELECT generate_series(1, 1000)");
    // A name that is no UTF-8, a name of 100 characters and one of more, and an empty file.
    Path odd = Files.createDirectory(server.data().resolve("odd"));
    Files.write(odd.resolve("e".repeat(95)), new byte[3]);
    Files.write(odd.resolve("f".repeat(90)), new byte[0]);
    TestPrograms.run(List.of("sh", "-c", "printf latin > \"" + odd + "/$(printf 'caf\\351')\""));
    TestServer.giveToServer(odd);
  }

  private static void write(TestServer server, AtomicBoolean stop) {
    try (SqlConnection sql = SqlConnection.open(server.url(), "load")) {
      for (int n = 0; !stop.get(); n++) {
        sql.query("UPDATE accounts SET balance = balance + 1 WHERE id = " + (n % 20_000 + 1));
        sql.query("INSERT INTO history VALUES (now(), " + n + ")");
      }
    }
  }

  private static void check(
      TestServer server, Path extra, Options options, ChecksumAlgorithm algorithm)
      throws IOException {
    DigestingReceiver receiver = new DigestingReceiver(algorithm);
    AtomicLong arrived = new AtomicLong();
    BaseBackup.Result result;
    try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
      result =
          new BaseBackup(connection, new Cancellation()).run(options, receiver, arrived::addAndGet);
      assertThat(connection.identifySystem().timeline()).isEqualTo(1);
    }
    assertThat(result.serverWarning()).isEmpty();
    assertThat(result.startTimeline()).isEqualTo(1);
    assertThat(result.stopTimeline()).isEqualTo(1);
    assertThat(receiver.start).contains(result.start());
    assertThat(result.start()).isLessThan(result.stop());

    Map<String, ManifestFile> manifest = new LinkedHashMap<>();
    ManifestSummary summary =
        ManifestReader.read(
            new ByteArrayInputStream(receiver.manifest.toByteArray()),
            file -> manifest.put(file.path(), file));
    assertThat(summary.files()).isGreaterThan(900);
    manifest.forEach(
        (path, file) -> {
          assertThat(file.algorithm()).isEqualTo(algorithm);
          assertThat(receiver.checksums).as(path).containsEntry(path, file.checksum());
          assertThat(receiver.metas)
              .hasEntrySatisfying(path, meta -> assertThat(meta.size()).isEqualTo(file.size()));
        });
    assertThat(receiver.checksums.keySet()).isEqualTo(manifest.keySet());

    String oid = server.value("SELECT oid FROM pg_tablespace WHERE spcname = 'extra'");
    assertThat(receiver.tablespaces)
        .singleElement()
        .isEqualTo(
            new BackupReceiver.Tablespace(
                Long.parseLong(oid), extra.toString(), receiver.tablespaces.getFirst().sizeKib()));
    assertThat(new String(receiver.small.get("tablespace_map"), StandardCharsets.UTF_8))
        .isEqualTo(oid + " " + extra + "\n");
    assertThat(new String(receiver.small.get("backup_label"), StandardCharsets.UTF_8))
        .contains("LABEL: " + options.label())
        .contains("START WAL LOCATION: " + result.start());
    assertThat(receiver.last).isEqualTo("global/pg_control");
    assertThat(receiver.links).isEmpty();
    assertThat(receiver.checksums.keySet())
        .contains("odd/" + "e".repeat(95), "odd/caf\udce9", "PG_VERSION")
        .anyMatch(path -> path.startsWith("pg_tblspc/" + oid + "/PG_"))
        .noneMatch(path -> path.startsWith("pg_wal/"));
    assertThat(receiver.directories)
        .contains("pg_wal", "pg_wal/archive_status", "pg_tblspc", "pg_replslot");
    assertThat(arrived.get()).isGreaterThan(receiver.expected / 2);
    assertThat(receiver.expected).isGreaterThan(10_000_000);
  }

  @Test
  void aTablespaceMadeInPlaceComesWithItsFiles() throws Exception {
    try (TestServer server = TestServer.start(18, Map.of("allow_in_place_tablespaces", "on"))) {
      server.sql(
          "CREATE TABLESPACE inside LOCATION ''",
          "CREATE TABLE here (n int) TABLESPACE inside",
          "INSERT INTO here VALUES (1)");
      String file = server.value("SELECT pg_relation_filepath('here')");
      DigestingReceiver receiver = new DigestingReceiver(ChecksumAlgorithm.CRC32C);
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        new BaseBackup(connection, new Cancellation()).run(FAST, receiver, _ -> {});
      }
      assertThat(receiver.checksums).containsKey(file);
      Set<String> listed = new TreeSet<>();
      ManifestReader.read(
          new ByteArrayInputStream(receiver.manifest.toByteArray()),
          entry -> listed.add(entry.path()));
      assertThat(listed).isEqualTo(new TreeSet<>(receiver.checksums.keySet()));
    }
  }

  @Test
  void cancellingEndsTheBackupOnTheServerToo() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      Cancellation cancellation = new Cancellation();
      Options slow =
          new Options("slow", Checkpoint.FAST, OptionalInt.of(64), ManifestChecksums.CRC32C);
      DigestingReceiver receiver =
          new DigestingReceiver(ChecksumAlgorithm.CRC32C) {
            @Override
            public void fileBegin(Meta meta) {
              super.fileBegin(meta);
              if (checksums.size() == 3) {
                cancellation.request();
              }
            }
          };
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        assertThatThrownBy(
                () -> new BaseBackup(connection, cancellation).run(slow, receiver, _ -> {}))
            .isInstanceOfSatisfying(
                BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
      }
      assertThat(
              server.value(
                  "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'"))
          .isEqualTo("0");
    }
  }

  @Test
  void aSpreadCheckpointCanBeCancelledWhileItIsAwaited() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of("checkpoint_timeout", "1h"))) {
      server.sql("CREATE TABLE t AS SELECT n FROM generate_series(1, 200000) n");
      Cancellation cancellation = new Cancellation();
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test");
          Workers canceller = Workers.virtual("cancel")) {
        canceller.start(
            () -> {
              try {
                Eventually.await(
                    "the server works on the backup",
                    () ->
                        !server
                            .value("SELECT count(*) FROM pg_stat_progress_basebackup")
                            .equals("0"));
              } finally {
                cancellation.request();
              }
            });
        assertThatThrownBy(
                () ->
                    new BaseBackup(connection, cancellation)
                        .run(
                            new Options("spread", Checkpoint.SPREAD),
                            new DigestingReceiver(ChecksumAlgorithm.CRC32C),
                            _ -> {}))
            .isInstanceOfSatisfying(
                BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        canceller.join();
      }
    }
  }

  @Test
  void aServerLostInTheMiddleIsUnavailable() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      server.sql("CREATE TABLE t AS SELECT n, repeat('y', 500) FROM generate_series(1, 50000) n");
      DigestingReceiver receiver =
          new DigestingReceiver(ChecksumAlgorithm.CRC32C) {
            private boolean stopped;

            @Override
            public void fileEnd() {
              super.fileEnd();
              if (!stopped) {
                stopped = true;
                stop(server);
              }
            }
          };
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        assertThatThrownBy(
                () -> new BaseBackup(connection, new Cancellation()).run(FAST, receiver, _ -> {}))
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
      }
    }
  }

  @Test
  void aFailureOfTheReceiverComesOutAsItIs() throws Exception {
    try (TestServer server = TestServer.start(15, Map.of())) {
      BackupReceiver full =
          new DigestingReceiver(ChecksumAlgorithm.CRC32C) {
            @Override
            public void fileData(byte[] bytes, int offset, int length) throws IOException {
              throw new IOException("no space left on device");
            }
          };
      try (ReplicationConnection connection = ReplicationConnection.open(server.url(), "test")) {
        assertThatThrownBy(
                () -> new BaseBackup(connection, new Cancellation()).run(FAST, full, _ -> {}))
            .isExactlyInstanceOf(IOException.class)
            .hasMessage("no space left on device");
      }
    }
  }

  private static void stop(TestServer server) {
    try {
      server.stop("immediate");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
