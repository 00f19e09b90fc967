package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.wire.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Servers, roles and URLs with which a backup or a stream cannot work: each is refused with its
/// code, its values and a hint; no backup is listed, no slot stays behind, no password is shown.
class BadServerTest {
  private static final String PASSWORD = "geheimes-Wort";

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeRepository() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
  }

  @AfterEach
  void removeScratch() throws IOException {
    assertThat(program.expect(0, "list", "--json").out().strip()).as("backups").isEqualTo("[]");
    Scratch.remove(scratch);
  }

  @Test
  void unreadableUrlsAreRefusedWithoutShowingThem() throws IOException {
    for (String url :
        new String[] {
          "mysql://root:" + PASSWORD + "@h/x",
          PASSWORD,
          "postgresql://u:" + PASSWORD + "@h:99999/x",
          "postgresql://u:" + PASSWORD + " x@h/x",
          "postgresql://u:" + PASSWORD + "%zz@h/x",
          "postgresql://u:" + PASSWORD + "@h/x?sslmode=banana"
        }) {
      refused(2, "HF-1003", backup(url), "database URL");
      refused(2, "HF-1003", stream(url), "database URL");
    }
  }

  @Test
  void poolersAreSentAway() throws IOException {
    String cloud = "postgresql://u:" + PASSWORD + "@aws-0-eu.pooler.supabase.com:6543/postgres";
    for (String url : new String[] {cloud, "postgresql://u@127.0.0.1:1/x?pgbouncer=true"}) {
      refused(2, "HF-1054", backup(url), "pooler");
      refused(2, "HF-1054", stream(url), "pooler");
    }
  }

  @Test
  void serversThatAreNotThereAreUnavailable() throws IOException {
    refused(3, "HF-2001", backup("postgresql://postgres@127.0.0.1:1/x"), "127.0.0.1:1");
    refused(3, "HF-2001", backup("postgresql://u:p@nowhere.invalid/x"), "nowhere.invalid");
    refused(3, "HF-2001", stream("postgresql://u:p@nowhere.invalid/x"), "nowhere.invalid");
  }

  @Test
  void serversOfOtherVersionsAreRefused() throws IOException {
    for (String version : new String[] {"12.22", "19beta1"}) {
      try (ScriptedServer server =
          new ScriptedServer((in, out) -> ScriptedServer.welcome(in, out, version))) {
        String url = "postgresql://u:" + PASSWORD + "@" + address(server) + "?sslmode=disable";
        refused(2, "HF-1050", stream(url), version, "13 to 18");
      }
    }
  }

  private static String address(ScriptedServer server) {
    return server.url("").toString();
  }

  @Test
  void rolesAndPasswordsAreChecked() throws Exception {
    try (Cluster source = cluster(Map.of())) {
      source.execute(
          "CREATE ROLE weak LOGIN",
          "CREATE ROLE strong LOGIN REPLICATION PASSWORD 'right'",
          "CREATE ROLE \"od\"\"d\" LOGIN");
      Path hba = source.data().resolve("pg_hba.conf");
      Files.writeString(
          hba, "host all strong 127.0.0.1/32 scram-sha-256\n" + Files.readString(hba));
      source.execute("SELECT pg_reload_conf()");
      String url = source.url();
      refused(2, "HF-1051", backup(as(url, "weak")), "weak");
      refused(2, "HF-1051", stream(as(url, "weak")), "ALTER ROLE \"weak\" REPLICATION");
      refused(2, "HF-1051", backup(as(url, "od%22d")), "\"od\"\"d\"");
      refused(2, "HF-1056", backup(as(url, "strong:" + PASSWORD)), "\"strong\"");
      refused(2, "HF-1056", backup(as(url, "strong")), "no password");
      refused(2, "HF-1056", backup(as(url, "nobody_here")), "nobody_here");
      refused(2, "HF-1003", backup(url.replaceAll("/postgres$", "/no_database")), "no_database");
      refused(2, "HF-1056", backup(url + "?sslmode=require"), "SSL");
      assertThat(slots(source)).isEqualTo("0");
    }
  }

  @Test
  void serversThatKeepTooLittleWalAreRefused() throws Exception {
    try (Cluster source = cluster(Map.of("wal_level", "minimal", "max_wal_senders", "0"))) {
      refused(2, "HF-1052", backup(source.url()), "wal_level", "minimal");
      refused(2, "HF-1052", stream(source.url()), "max_wal_senders");
    }
  }

  @Test
  void serversWithoutSendersOrSlotsAreRefused() throws Exception {
    try (Cluster source = cluster(Map.of("max_wal_senders", "0"))) {
      refused(2, "HF-1052", backup(source.url()), "max_wal_senders", "0");
      refused(2, "HF-1052", stream(source.url()), "max_wal_senders");
      source.stop();
      source.configure(Map.of("max_wal_senders", "10", "max_replication_slots", "0"));
      source.start();
      refused(2, "HF-1052", backup(source.url()), "max_replication_slots", "0");
      refused(2, "HF-1052", stream(source.url()), "max_replication_slots");
    }
  }

  @Test
  void sendersAndSlotsThatAreAllTakenAreNamed() throws Exception {
    try (Cluster source = cluster(Map.of("max_wal_senders", "2", "max_replication_slots", "2"))) {
      source.execute(
          "SELECT pg_create_physical_replication_slot('one', true)",
          "SELECT pg_create_physical_replication_slot('two', true)");
      refused(2, "HF-1052", backup(source.url()), "all replication slots are in use");
      refused(2, "HF-1052", stream(source.url()), "all replication slots are in use");
      source.execute("SELECT pg_drop_replication_slot('two')");
      try (Receiver _ = receiver(source, "one");
          Receiver _ = receiver(source, "")) {
        Await.until(
            "two receivers",
            () -> source.sql("SELECT count(*) FROM pg_stat_replication").equals("2"),
            source::log);
        refused(2, "HF-1052", backup(source.url()), "max_wal_senders");
        refused(2, "HF-1052", stream(source.url()), "max_wal_senders");
        assertThat(slots(source)).as("slots").isEqualTo("1");
      }
    }
  }

  @Test
  void slotsOfOthersStayTheirs() throws Exception {
    try (Cluster source = cluster(Map.of("wal_level", "logical"))) {
      source.execute(
          "SELECT pg_create_physical_replication_slot('theirs', true)",
          "SELECT pg_create_logical_replication_slot('logical', 'pgoutput')");
      Program here = program.with("DATABASE_URL", source.url());
      try (Receiver _ = receiver(source, "theirs")) {
        Await.until(
            "receiver",
            () -> source.sql("SELECT count(*) FROM pg_stat_replication").equals("1"),
            source::log);
        refused(2, "HF-1053", here.run("wal", "stream", "--slot", "theirs"), "theirs", "in use");
      }
      refused(2, "HF-1053", here.run("wal", "stream", "--slot", "logical"), "logical");
      try (RunningStream stream = RunningStream.start(here, scratch)) {
        stream.awaitStored(source);
        refused(2, "HF-1053", here.run("wal", "stream"), "holdfast_main", "in use");
        stream.awaitStored(source);
      }
      assertThat(slots(source)).as("theirs, the logical one and the stream's").isEqualTo("3");
    }
  }

  @Test
  void aClusterWithoutAnyTableOfAUserIsBackedUpTwiceAtOnce() throws Exception {
    Path other = Files.createDirectory(scratch.resolve("other"));
    Program two = new Program(other);
    two.expect(0, "init");
    try (Cluster source = cluster(Map.of())) {
      Program here = two.with("DATABASE_URL", source.url());
      source.execute("DROP DATABASE IF EXISTS nothing", "CREATE DATABASE nothing");
      try (Victim first = Victim.start(here, other, "backup");
          Victim second = Victim.start(here, other, "backup")) {
        assertThat(first.awaitEnd().status()).as(first.messages()).isZero();
        assertThat(second.awaitEnd().status()).as(second.messages()).isZero();
      }
      assertThat(Answers.all(here.expect(0, "list", "--json").out(), "id")).hasSize(2);
      here.expect(0, "verify", "--all");
      assertThat(slots(source)).as("slots").isEqualTo("0");
    }
  }

  /// Somebody else who streams WAL, until closed.
  private record Receiver(Process process) implements AutoCloseable {
    @Override
    public void close() {
      process.destroy();
      process.onExit().join();
    }
  }

  private Receiver receiver(Cluster source, String slot) throws IOException {
    java.util.List<String> command = new java.util.ArrayList<>();
    command.add(source.programs().resolve("pg_receivewal").toString());
    command.addAll(
        java.util.List.of("-d", source.url(), "-D", source.directory("w" + slot).toString()));
    if (!slot.isEmpty()) {
      command.addAll(java.util.List.of("-S", slot));
    }
    Path log = scratch.resolve("receiver" + slot);
    return new Receiver(Command.start(Map.of(), Cluster.asServer(command), log, log));
  }

  private Cluster cluster(Map<String, String> settings) throws IOException {
    return Cluster.create(
        TestPrograms.WITH_TOOLS, Files.createDirectory(scratch.resolve("s")), settings);
  }

  private static String slots(Cluster source) throws Exception {
    return source.sql("SELECT count(*) FROM pg_replication_slots");
  }

  private static String as(String url, String user) {
    return url.replace("postgres@", user + "@");
  }

  private Command.Ended backup(String url) throws IOException {
    return program.with("DATABASE_URL", url).run("backup");
  }

  private Command.Ended stream(String url) throws IOException {
    return program.with("DATABASE_URL", url).run("wal", "stream");
  }

  private static void refused(int status, String code, Command.Ended ended, String... values)
      throws IOException {
    Refusal.expect(status, code, ended, values);
    assertThat(ended.all()).as("no password").doesNotContain(PASSWORD);
  }
}
