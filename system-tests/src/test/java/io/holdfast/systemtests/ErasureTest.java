package io.holdfast.systemtests;

import static io.holdfast.systemtests.Contents.contents;
import static io.holdfast.systemtests.Contents.run;
import static io.holdfast.systemtests.TenantWords.plan;
import static io.holdfast.systemtests.TenantWords.tenant;
import static io.holdfast.systemtests.TenantWords.with;
import static io.holdfast.systemtests.TenantWords.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who asked to be forgotten stays forgotten, whichever way older data comes back.
class ErasureTest {
  private static final long SEED = 20261123;
  private static final LegalAppSize SIZE = LegalAppSize.small(4);

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
    Files.writeString(map(), LegalApp.scope("account"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void anErasedClientIsNotRestoredWithItsAccount() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 1);
      UUID erasedAccount = LegalApp.account(SEED, SIZE, 2);
      program = program.with("DATABASE_URL", source.url());
      program.expect(0, tenant("backup", map(), account, "--store", "files=" + assets));
      program.expect(0, tenant("backup", map(), erasedAccount));
      List<String> before = contents(connection);
      String matter = matter(connection, account);

      String[] row = {"--table", "matters", "--key", "id=" + matter, "--reason", "request 17"};
      program.expect(0, erasure("add", map(), account, row));
      program.expect(0, erasure("add", "account", erasedAccount, "--by", "the officer"));
      Command.Ended list = program.expect(0, "erasure", "list");
      assertThat(list.out()).contains("request 17", matter, "the officer");

      Command.Ended preview = program.expect(0, "erasure", "apply", "--dry-run");
      assertThat(contents(connection)).as(preview.all()).isEqualTo(before);
      assertThat(program.run("erasure", "apply").status()).isEqualTo(2);
      assertThat(contents(connection)).isEqualTo(before);
      Command.Ended applied =
          program.expect(0, "erasure", "apply", "--confirm", database(source.url()));
      List<String> erased = contents(connection);
      assertThat(rows(applied)).isEqualTo(rows(preview));
      assertThat(before).hasSize(erased.size() + rows(applied)).containsAll(erased);
      // The log names what it is about without a foreign key, and belongs to the account; the queue
      // belongs to nobody.
      assertThat(erased).filteredOn(line -> line.contains(matter)).allMatch(this::isLog);
      assertThat(erased)
          .filteredOn(line -> line.contains(erasedAccount.toString()))
          .allMatch(this::isLog);

      // What is gone otherwise comes back, and nothing of what was erased.
      run(connection, "DELETE FROM matters WHERE user_id = '" + account + "'");
      String[] store = {"--preset", "mirror", "--store", "files=" + assets};
      Command.Ended shown = program.expect(0, tenant("preview", "account", account, store));
      assertThat(shown.out()).contains("left out because they were erased");
      Command.Ended done =
          program.expect(0, tenant("restore", "account", account, with(plan(shown), store)));
      assertThat(contents(connection)).as(done.all()).isEqualTo(erased);

      // Undoing deletes what came back; undoing that brings it back, without the client.
      Command.Ended undo = program.expect(0, tenant("preview", "account", account, "--undo"));
      program.expect(0, tenant("undo", "account", account, with(plan(undo))));
      Command.Ended redo = program.expect(0, tenant("preview", "account", account, "--undo"));
      program.expect(0, tenant("undo", "account", account, with(plan(redo))));
      assertThat(contents(connection)).isEqualTo(erased);

      Command.Ended refused = program.run(tenant("preview", "account", erasedAccount));
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).contains("was erased", "holdfast erasure remove");

      Matcher id = Pattern.compile("erasure remove ([0-9a-f]{32})").matcher(refused.err());
      assertThat(id.find()).isTrue();
      program.expect(0, "erasure", "remove", id.group(1), "--reason", "of another one");
      assertThat(program.expect(0, "erasure", "list").out()).contains("of another one");
      Command.Ended back = program.expect(0, tenant("preview", "account", erasedAccount));
      program.expect(0, tenant("restore", "account", erasedAccount, with(plan(back))));
      assertThat(contents(connection)).anyMatch(line -> line.startsWith("users (" + erasedAccount));
    }
  }

  @Test
  void anErasedClientIsNotInARestoredDump() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      UUID account = LegalApp.account(SEED, SIZE, 1);
      UUID erasedAccount = LegalApp.account(SEED, SIZE, 2);
      program = program.with("DATABASE_URL", source.url());
      String database = database(source.url());
      program.expect(0, "dump", "backup", "--url", source.url());
      program.expect(0, "backup");
      String matter = matter(connection, account);
      program.expect(
          0, erasure("add", map(), account, "--table", "matters", "--key", "id=" + matter));
      program.expect(0, erasure("add", map(), erasedAccount));
      List<String> whole = contents(connection);
      program.expect(0, "erasure", "apply", "--confirm", database);
      List<String> erased = contents(connection);

      String restored = source.url("restored");
      Command.Ended done =
          program.expect(0, "dump", "restore", "latest", "--url", restored, "--create");
      assertThat(rows(done)).isEqualTo(whole.size() - erased.size());
      assertThat(contents(source, "restored")).isEqualTo(erased);
      Command.Ended again =
          program.expect(
              0,
              "dump",
              "restore",
              "latest",
              "--url",
              restored,
              "--clean",
              "--confirm",
              "restored");
      assertThat(rows(again)).isEqualTo(rows(done));
      assertThat(contents(source, "restored")).isEqualTo(erased);
      String asItWas = source.url("asitwas");
      program.expect(
          0, "dump", "restore", "latest", "--url", asItWas, "--create", "--without-erasures");
      assertThat(contents(source, "asitwas")).isEqualTo(whole);
      String[] apply = {"erasure", "apply", "--url", asItWas, "--confirm", "asitwas"};
      Command.Ended ofAnother = program.run(apply);
      assertThat(ofAnother.status()).isEqualTo(2);
      assertThat(ofAnother.err()).contains("none of asitwas", "--database NAME");
      assertThat(contents(source, "asitwas")).isEqualTo(whole);
      Command.Ended late =
          program.expect(
              0,
              Stream.concat(Stream.of(apply), Stream.of("--database", database))
                  .toArray(String[]::new));
      assertThat(rows(late)).isEqualTo(rows(done));
      assertThat(contents(source, "asitwas")).isEqualTo(erased);

      // Who else is in a database that was there is not known from here: nothing is deleted.
      String other = source.url("asitwas");
      program.expect(
          0,
          "dump",
          "restore",
          "latest",
          "--url",
          other,
          "--clean",
          "--confirm",
          "asitwas",
          "--without-erasures");
      run(source, "asitwas", "DROP TABLE conflict_checks");
      List<String> there = contents(source, "asitwas");
      Command.Ended part =
          program.expect(
              0, "dump", "restore", "latest", "--url", other, "--table", "conflict_checks");
      assertThat(part.all()).contains("ERASED ROWS MAY BE BACK: 2 erasures of database");
      assertThat(contents(source, "asitwas")).containsAll(there).isEqualTo(whole);

      Command.Ended cluster =
          program.expect(0, "restore", "latest", "--to", scratch.resolve("restored").toString());
      assertThat(cluster.out())
          .contains(
              "ERASED ROWS ARE BACK: 2 erasures of source 'main', 2 of them newer",
              "holdfast erasure apply --source main --url postgresql://HOST/" + database);
    }
  }

  /// The dump is of a database that had another name and other tables, and no tenant has a backup;
  /// what points to the erased client from outside of the scope is back too.
  @Test
  void anErasedClientIsNotInADumpFromLongAgo() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE DATABASE app");
      UUID account = LegalApp.account(SEED, SIZE, 1);
      String matter;
      try (Connection connection = source.connect("app")) {
        LegalApp.createSchema(connection);
        LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
        matter = matter(connection, account);
        run(
            connection,
            "CREATE TABLE former_notes (matter uuid REFERENCES matters ON DELETE CASCADE, note"
                + " text)");
        run(connection, "INSERT INTO former_notes SELECT id, 'of ' || id FROM matters");
      }
      program.expect(0, "dump", "backup", "--url", source.url("app"));

      source.execute("ALTER DATABASE app RENAME TO prod");
      run(source, "prod", "DROP TABLE former_notes");
      run(
          source,
          "prod",
          "CREATE TABLE reminders (id integer PRIMARY KEY, user_id uuid NOT NULL REFERENCES users)");
      Path map = map();
      Files.writeString(
          map,
          Files.readString(map)
              .replace(
                  "\nreferenced:", "\n  public.reminders: {via: column user_id}\nreferenced:"));
      program = program.with("DATABASE_URL", source.url("prod"));
      program.expect(
          0, erasure("add", map(), account, "--table", "matters", "--key", "id=" + matter));

      // Whose notes they are nobody knows: a map has to say it.
      String restored = source.url("restored");
      String[] restore = {"dump", "restore", "latest", "--url", restored, "--create"};
      Command.Ended blocked = program.run(restore);
      assertThat(blocked.status()).isNotZero();
      assertThat(blocked.err()).contains("public.matters", "former_notes_matter_fkey", "--scope");
      assertThat(source.sql("SELECT count(*) FROM pg_database WHERE datname = 'restored'"))
          .isEqualTo("0");
      Path old =
          Files.writeString(
              scratch.resolve("old.yaml"),
              LegalApp.scope("account")
                  .replace("\nexcluded:", "\nexcluded:\n  public.former_notes: \"of the office\""));
      Command.Ended done =
          program.expect(
              0,
              Stream.concat(Stream.of(restore), Stream.of("--scope", old.toString()))
                  .toArray(String[]::new));
      assertThat(done.all()).contains("1 erasure: ", "1 rows out of the scope");
      assertThat(contents(source, "restored"))
          .isNotEmpty()
          .filteredOn(line -> line.contains(matter))
          .allMatch(this::isLog);

      // A map of one's own counts first, and is asked for where it does not fit.
      Command.Ended unfit = restoredWith(source, Files.readString(map));
      assertThat(unfit.status()).isNotZero();
      assertThat(unfit.err()).contains("no scope map of account fits the database", "--scope");
      Command.Ended strange =
          restoredWith(source, Files.readString(old).replace("name: account", "name: customer"));
      assertThat(strange.status()).isNotZero();
      assertThat(strange.err()).contains("is of customer", "erased is of account", "--scope");
      assertThat(source.sql("SELECT count(*) FROM pg_database WHERE datname = 'other'"))
          .isEqualTo("0");
    }
  }

  private Path map() {
    return scratch.resolve("account.scope.yaml");
  }

  private static String[] erasure(String what, Object scope, UUID account, String... further) {
    return words("erasure", what, scope, account, further);
  }

  private Command.Ended restoredWith(Cluster source, String map)
      throws IOException, InterruptedException {
    Path file = Files.writeString(scratch.resolve("given.yaml"), map);
    return program.run(
        "dump",
        "restore",
        "latest",
        "--url",
        source.url("other"),
        "--create",
        "--scope",
        file.toString());
  }

  private boolean isLog(String line) {
    return line.startsWith("audit_logs ") || line.startsWith("job_queue ");
  }

  private static String matter(Connection connection, UUID account) throws SQLException {
    return run(
            connection,
            "SELECT m.id FROM matters m JOIN sessions s ON s.matter_id = m.id WHERE m.user_id = '"
                + account
                + "' GROUP BY m.id ORDER BY count(*) DESC, m.id::text LIMIT 1")
        .getFirst();
  }

  private static String database(String url) {
    return url.replaceAll("\\?.*", "").replaceAll(".*/", "");
  }

  private static int rows(Command.Ended ended) {
    Matcher found =
        Pattern.compile("erasures?: ([0-9]+) rows (?:deleted|to be deleted) from")
            .matcher(ended.out());
    assertThat(found.find()).as(ended.all()).isTrue();
    return Integer.parseInt(found.group(1));
  }
}
