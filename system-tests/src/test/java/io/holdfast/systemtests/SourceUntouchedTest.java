package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A source with an archive of its own, a synchronous standby that is away, a slot for somebody who
/// subscribes to it, and a subscription to another server. Neither a test restore nor a restored
/// server that a person starts touches any of these.
class SourceUntouchedTest {
  private static final String SLOTS =
      "SELECT string_agg(concat_ws(' ', slot_name, active, restart_lsn, confirmed_flush_lsn), ', '"
          + " ORDER BY slot_name) FROM pg_replication_slots";
  private static final String SETTINGS =
      "SELECT md5(string_agg(concat_ws(' ', name, setting, sourcefile, sourceline), chr(10)"
          + " ORDER BY name)) FROM pg_settings";

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void restoredCopiesLeaveArchivePublisherAndStandbysAlone() throws Exception {
    Path temporary = Files.createDirectory(scratch.resolve("tmp"));
    try (Cluster publisher =
            Cluster.create(
                15,
                scratch.resolve("publisher"),
                Map.of("wal_level", "logical", "log_connections", "on"));
        Cluster source =
            Cluster.create(15, scratch.resolve("source"), Map.of("wal_level", "logical"))) {
      Path archive = source.directory("archive");
      connect(publisher, source, archive);
      Program program =
          new Program(scratch)
              .with("DATABASE_URL", source.url())
              .with("TMPDIR", temporary.toString());
      program.expect(0, "init");
      program.expect(0, "backup");
      source.execute("SET synchronous_commit = local", "ALTER SUBSCRIPTION sub DISABLE");
      publisher.execute("INSERT INTO shop SELECT n FROM generate_series(101, 200) n");
      awaitIdle(publisher, source);
      World before = World.of(publisher, source, archive);

      Command.Ended proof = program.expect(0, "test-restore", "latest", "--json");
      assertThat(proof.out()).contains("\"clean\": true");
      assertThat(World.of(publisher, source, archive)).isEqualTo(before);
      assertThat(temporary).isEmptyDirectory();
      assertThat(Processes.in(temporary)).isEmpty();

      Path to = scratch.resolve("restored");
      program.expect(0, "restore", "latest", "--to", to.toString());
      try (Cluster restored = Cluster.restored(15, to)) {
        restored.start();
        restored.awaitPromotion();
        requireQuarantine(restored);
        assertThat(World.of(publisher, source, archive)).isEqualTo(before);
        requireThatOnlyTheQuarantineHoldsBackTheSubscription(restored, publisher);
      }
    }
  }

  /// Everything that must stay as it is.
  private record World(
      Map<String, String> archive,
      String publisherSlots,
      long publisherConnections,
      String sourceSlots,
      String sourceSettings,
      Map<String, String> sourceConfiguration) {
    static World of(Cluster publisher, Cluster source, Path archive) throws Exception {
      Map<String, String> configuration = new TreeMap<>();
      for (String name : List.of("postgresql.conf", "postgresql.auto.conf", "pg_hba.conf")) {
        configuration.put(name, Files.readString(source.data().resolve(name)));
      }
      String slots = publisher.sql(SLOTS);
      // Our own questions come from a driver without a name.
      long connections =
          publisher
              .log()
              .lines()
              .filter(line -> line.contains("connection authorized"))
              .filter(line -> line.contains("application_name=sub"))
              .count();
      return new World(
          contents(archive),
          slots,
          connections,
          source.sql(SLOTS),
          source.sql(SETTINGS),
          configuration);
    }

    private static Map<String, String> contents(Path directory) throws Exception {
      Map<String, String> hashes = new TreeMap<>();
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
          hashes.put(file.getFileName().toString(), HexFormat.of().formatHex(digest));
        }
      }
      return hashes;
    }
  }

  private static void connect(Cluster publisher, Cluster source, Path archive) throws Exception {
    publisher.execute(
        "CREATE TABLE shop (n int PRIMARY KEY)",
        "INSERT INTO shop SELECT n FROM generate_series(1, 100) n",
        "CREATE PUBLICATION pub FOR TABLE shop");
    source.execute(
        "CREATE TABLE shop (n int PRIMARY KEY)",
        "CREATE SUBSCRIPTION sub CONNECTION 'host=127.0.0.1 port=%d user=postgres dbname=postgres' PUBLICATION pub"
            .formatted(publisher.port()),
        "CREATE PUBLICATION own FOR ALL TABLES",
        "SELECT pg_create_logical_replication_slot('somebody', 'pgoutput')");
    Await.until(
        "the first copy of the subscription",
        () -> source.sql("SELECT count(*) FROM shop").equals("100"),
        source::log);
    source.configure(
        Map.of(
            "archive_mode", "on",
            "archive_command", "test ! -f " + archive + "/%f && cp %p " + archive + "/%f",
            "synchronous_standby_names", "FIRST 1 (away)"));
    source.stop();
    source.start();
    Await.until(
        "the subscription connects",
        () -> publisher.sql("SELECT active FROM pg_replication_slots").equals("t"),
        source::log);
  }

  /// Nothing is on its way any more: no connection of the subscription, no segment that waits for
  /// the archive.
  private static void awaitIdle(Cluster publisher, Cluster source) throws Exception {
    Await.until(
        "the subscription disconnects",
        () -> publisher.sql("SELECT active FROM pg_replication_slots").equals("f"),
        source::log);
    Await.until("the archive has everything", () -> readySegments(source) == 0, source::log);
    assertThat(source.sql("SELECT archived_count > 0 FROM pg_stat_archiver")).isEqualTo("t");
  }

  private static long readySegments(Cluster source) throws IOException {
    try (Stream<Path> files = Files.list(source.data().resolve("pg_wal/archive_status"))) {
      return files.filter(file -> file.toString().endsWith(".ready")).count();
    }
  }

  private static void requireQuarantine(Cluster restored) throws Exception {
    assertThat(restored.sql("SHOW archive_mode")).isEqualTo("off");
    assertThat(restored.sql("SHOW synchronous_standby_names")).isEmpty();
    assertThat(restored.sql("SELECT subenabled FROM pg_subscription")).isEqualTo("t");
    assertThat(restored.sql("SELECT count(*) FROM pg_replication_slots")).isEqualTo("0");
    restored.execute("INSERT INTO shop VALUES (1000)", "SELECT pg_switch_wal()", "CHECKPOINT");
    assertThat(
            restored.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%'"))
        .isEqualTo("0");
  }

  /// So that the assertions before can fail: the same directory without the one setting connects.
  private static void requireThatOnlyTheQuarantineHoldsBackTheSubscription(
      Cluster restored, Cluster publisher) throws Exception {
    restored.stop();
    Files.writeString(
        restored.data().resolve("postgresql.auto.conf"),
        "max_logical_replication_workers = 4\n",
        StandardOpenOption.APPEND);
    restored.start();
    Await.until(
        "the subscription of the freed copy connects",
        () -> publisher.sql("SELECT active FROM pg_replication_slots").equals("t"),
        restored::log);
  }
}
