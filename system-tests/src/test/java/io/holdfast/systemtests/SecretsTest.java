package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Keys, passphrases and passwords are planted where users put them, and a mark in a table; every
/// command runs, well and badly. None of the secrets is seen in what is printed, in documents, in
/// any file beside those that the user made, among the arguments of processes or in a server's
/// environment; and nothing that the repository holds can be read without the key.
class SecretsTest {
  private static final String KEY = "5ec2e7c0ffee4b1d".repeat(4);
  private static final String OTHER_KEY = "bad0c0de77aa1234".repeat(4);
  private static final String PASSPHRASE = "Drei kleine Igel rollen 77 Äpfel";
  private static final String PASSWORD = "pw-Zaunkoenig-4711";
  private static final String WRONG_PASSWORD = "pw-Rotkehlchen-0815";
  private static final String MARK = "MARKED-ROW-Kolibri-31337";
  private static final String TABLE = "table_named_kolibri";

  private final PlantedSecrets secrets =
      new PlantedSecrets()
          .key("the key", KEY)
          .key("another's key", OTHER_KEY)
          .text("the passphrase", PASSPHRASE)
          .text("the password", PASSWORD)
          .text("a wrong password", WRONG_PASSWORD);
  private final List<String> seen = new ArrayList<>();

  private Path scratch = Path.of("/tmp");
  private Path temporary = scratch;

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    temporary = Files.createDirectory(scratch.resolve("tmp"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void secretsAreSeenNowhereAndTheRepositoryTellsNothing() throws Exception {
    try (Cluster source = guarded();
        ProcessWatch watch = new ProcessWatch(secrets)) {
      Program program =
          program()
              .with("BACKUP_ENCRYPTION_KEY", KEY)
              .with("DATABASE_URL", as(source, "guard:" + PASSWORD));
      everyCommand(program, source);
      restores(program);
      wrongUse(program, source);
      damage(program);
      passphrase(source);

      assertThat(watch.found()).as("seen of processes").isEmpty();
      assertThat(watch.programs()).as("programs seen").contains("java", "postgres", "bash");
      assertThat(seen).as("printed").isEmpty();
      assertThat(source.log()).as("the source's log").doesNotContain(PASSWORD);
    }
    assertThat(secrets.below(scratch)).as("secrets in files").isEmpty();
    PlantedSecrets data = new PlantedSecrets().text("a row", MARK).text("a table", TABLE);
    assertThat(data.below(scratch.resolve("repository"))).as("the repository").isEmpty();
    assertThat(data.below(scratch.resolve("phrase"))).as("the other repository").isEmpty();
    assertThat(data.below(scratch.resolve("source"))).as("the source, for a check").isNotEmpty();
    assertThat(temporary).isEmptyDirectory();
  }

  private Cluster guarded() throws Exception {
    Cluster source = Cluster.create(scratch.resolve("source"));
    source.execute(
        "SET log_statement = 'none'",
        "CREATE ROLE guard LOGIN REPLICATION IN ROLE pg_monitor",
        "CREATE TABLE " + TABLE + " (note text)",
        "INSERT INTO " + TABLE + " SELECT '" + MARK + " ' || n FROM generate_series(1, 5000) n");
    source.execute("SET log_min_error_statement = 'panic'", verifier());
    Path hba = source.data().resolve("pg_hba.conf");
    Files.writeString(
        hba,
        "host all guard 127.0.0.1/32 scram-sha-256\n"
            + "host replication guard 127.0.0.1/32 scram-sha-256\n"
            + Files.readString(hba));
    source.execute("SELECT pg_reload_conf()");
    return source;
  }

  private static String verifier() {
    return "ALTER ROLE guard PASSWORD '" + PASSWORD + "'";
  }

  private void everyCommand(Program program, Cluster source) throws IOException {
    ok(program, "init");
    ok(program, "backup");
    ok(program, "backup", "--type", "incremental", "--json");
    Path log = scratch.resolve("stream.log");
    try (RunningStream stream = RunningStream.start(program, scratch)) {
      source.switchWal();
      Await.until(
          "the stream has what the server has",
          () -> ok(program, "wal", "status", "--json").out().contains("\"lagBytes\": 0"),
          source::log);
      look(stream.messages());
    } catch (Exception e) {
      throw new IOException(e);
    }
    Files.deleteIfExists(log);
    for (String command :
        new String[] {
          "list",
          "list --json",
          "show latest",
          "show latest --json",
          "verify --all --json",
          "wal status",
          "config",
          "config --json",
          "test-restore latest"
        }) {
      ok(program, command.split(" "));
    }
    look(program.run("doctor", "--json"));
    look(program.with("BACKUP_ENCRYPTION_KEY", OTHER_KEY).run("doctor"));
  }

  private void restores(Program program) throws IOException {
    Path to = scratch.resolve("restored");
    ok(program, "restore", "latest", "--to", to.toString(), "--dry-run");
    ok(program, "restore", "latest", "--to", to.toString());
    Cluster.giveToServer(scratch.resolve("repository")); // it shall fetch WAL from there itself
    ok(program, "restore", "latest", "--to", to + "2", "--wal", "on-demand", "--json");
    ok(program, "wal", "push", firstSegment().toString());
    bad(1, program, "wal", "fetch", "00000001000000AA000000AA", scratch.resolve("no").toString());
  }

  private Path firstSegment() throws IOException {
    try (var files = Files.list(scratch.resolve("source/data/pg_wal"))) {
      return files
          .filter(path -> path.getFileName().toString().matches("[0-9A-F]{24}"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private void wrongUse(Program program, Cluster source) throws IOException {
    bad(2, program.with("DATABASE_URL", as(source, "guard:" + WRONG_PASSWORD)), "backup");
    bad(2, program.with("DATABASE_URL", as(source, "guard:" + WRONG_PASSWORD)), "wal", "stream");
    bad(2, program.with("DATABASE_URL", as(source, "gu%zz:" + PASSWORD)), "backup", "--json");
    bad(2, program.with("DATABASE_URL", as(source, "guard:" + PASSWORD) + "?sslmode=x"), "backup");
    bad(3, program.with("DATABASE_URL", "postgresql://u:" + PASSWORD + "@127.0.0.1:1/x"), "backup");
    bad(2, program.with("BACKUP_ENCRYPTION_KEY", OTHER_KEY), "list");
    bad(2, program.with("BACKUP_ENCRYPTION_KEY", OTHER_KEY), "backup", "--json");
    bad(2, program.with("BACKUP_ENCRYPTION_KEY", OTHER_KEY + "f"), "list");
    bad(2, program.with("BACKUP_PASSPHRASE", PASSPHRASE), "list");
    bad(2, program.without("BACKUP_ENCRYPTION_KEY").with("BACKUP_KEY_FILE", OTHER_KEY), "list");
    bad(2, program.without("BACKUP_ENCRYPTION_KEY").with("BACKUP_PASSPHRASE_FILE", KEY), "list");
    bad(2, program.without("DATABASE_URL").with("DATABASE_URL_FILE", PASSWORD), "backup");
    configurationFiles(program, source);
  }

  /// Mistakes on the line that holds the password, and one that works.
  private void configurationFiles(Program program, Cluster source) throws IOException {
    Program without = program.without("DATABASE_URL");
    String url = as(source, "guard:" + PASSWORD);
    Path file = scratch.resolve("settings.yaml");
    for (String line :
        new String[] {
          "url: '" + url,
          "ulr: " + url,
          url + ": url",
          "url: {" + url + "}",
          "url: &" + PASSWORD + " *" + PASSWORD,
          "url: !" + PASSWORD + " [x]",
          "url: \"\\q" + PASSWORD + "\"",
          "url: 'mysql://u:" + PASSWORD + "@h/x'",
        }) {
      Files.writeString(file, "sources:\n  main:\n    " + line + "\n");
      bad(2, without, "backup", "--json", "--config", file.toString());
    }
    Files.writeString(file, "sources:\n  main:\n    url: " + url + "\n");
    ok(without, "backup", "--config", file.toString());
    Files.delete(file);
  }

  /// Errors that quote what was found do not quote this.
  private void damage(Program program) throws IOException {
    Path broken = scratch.resolve("broken");
    Command.run(
        scratch,
        Map.of(),
        List.of("cp", "-r", scratch.resolve("repository").toString(), broken.toString()));
    try (var files = Files.walk(broken)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        byte[] content = Files.readAllBytes(path);
        content[content.length / 2] ^= 0x10;
        Files.write(path, content);
      }
    }
    Program on = program.with("BACKUP_DIR", broken.toString());
    for (String[] command :
        new String[][] {
          {"list"}, {"verify", "--all", "--json"}, {"backup"}, {"wal", "status"}, {"doctor"}
        }) {
      Command.Ended ended = on.run(command);
      assertThat(ended.status()).as(ended.all()).isNotIn(0, 1);
      look(ended);
    }
  }

  private void passphrase(Cluster source) throws IOException {
    Program program =
        program()
            .without("BACKUP_ENCRYPTION_KEY")
            .with("BACKUP_PASSPHRASE", PASSPHRASE)
            .with("BACKUP_DIR", scratch.resolve("phrase").toString())
            .with("DATABASE_URL", as(source, "guard:" + PASSWORD));
    ok(program, "init");
    ok(program, "backup");
    ok(program, "test-restore", "latest");
    ok(program, "config");
    bad(2, program.with("BACKUP_PASSPHRASE", PASSPHRASE + "!"), "list");
  }

  private Program program() {
    return new Program(scratch).with("TMPDIR", temporary.toString());
  }

  private static String as(Cluster source, String user) {
    return source.url().replace("postgres@", user + "@");
  }

  private Command.Ended ok(Program program, String... arguments) throws IOException {
    return look(program.expect(0, arguments));
  }

  private void bad(int status, Program program, String... arguments) throws IOException {
    look(program.expect(status, arguments));
  }

  private Command.Ended look(Command.Ended ended) {
    look(ended.all());
    return ended;
  }

  private void look(String printed) {
    secrets.in(printed).forEach(form -> seen.add(form + " in: " + printed));
  }
}
