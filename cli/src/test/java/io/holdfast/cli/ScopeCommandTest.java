package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Scope maps from the command line, on a real server.
@Timeout(120)
class ScopeCommandTest {
  private static TestServer server;

  @TempDir private Path directory = Path.of("");

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(15, Map.of());
    server.sql(
        "CREATE TABLE accounts (id int PRIMARY KEY)",
        "CREATE TABLE matters (id int PRIMARY KEY, account_id int NOT NULL REFERENCES accounts)",
        "CREATE INDEX ON matters (account_id)",
        "CREATE TABLE notes (id int PRIMARY KEY, matter_id int NOT NULL CONSTRAINT notes_matter"
            + " REFERENCES matters)",
        "CREATE INDEX ON notes (matter_id)",
        "CREATE TABLE queue (id int PRIMARY KEY)");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void aMapIsMadeDecidedCheckedAndExplained() throws IOException {
    Result made = run("scope", "discover", "--to", "account.scope.yaml");
    assertThat(made.status).as(made.err).isZero();
    assertThat(made.out)
        .contains("scope account begins at public.accounts: 3 tables owned, 0 referenced, 1 to be");
    Path map = directory.resolve("account.scope.yaml");

    Result undecided = run("scope", "check", "account.scope.yaml");
    assertThat(undecided.status).isEqualTo(2);
    assertThat(undecided.out)
        .contains("error   SC-103 public.queue: not reachable from the root: decide")
        .contains("scope account does not fit this database: 1 errors, 0 warnings, 0 notes");
    Files.writeString(
        map,
        Files.readString(map)
            .replace("\"not reachable from the root: decide\"", "a queue  # decided"));
    Result decided = run("scope", "check", "account.scope.yaml", "--json");
    assertThat(decided.status).as(decided.out).isZero();
    assertThat(decided.out).contains("\"fit\": true").contains("\"findings\": []");

    Result explained = run("scope", "explain", "account.scope.yaml", "--sql");
    assertThat(explained.status).isZero();
    assertThat(explained.out)
        .contains("      public.notes  by foreign key notes_matter")
        .contains("WHERE t.\"account_id\" = $1;");
    assertThat(run("scope", "explain", "account.scope.yaml").out).doesNotContain("SELECT");
    assertThat(run("scope", "explain", "account.scope.yaml", "--json").out)
        .contains("\"table\": \"public.notes\"")
        .contains("\"sql\": \"SELECT t.*");

    Files.writeString(
        directory.resolve("matter.scope.yaml"),
        """
        kind: Scope
        name: matter
        base: account.scope.yaml
        root: {table: public.matters, key: [id]}
        """);
    assertThat(run("scope", "check", "matter.scope.yaml").status).isZero();
    assertThat(run("scope", "explain", "matter.scope.yaml").out)
        .contains("    public.notes  by column matter_id")
        .contains("referenced: public.accounts, found by id");
  }

  @Test
  void aChangedSchemaIsAcceptedWhenSomebodySaysSo() throws IOException {
    server.sql("CREATE SCHEMA s", "CREATE TABLE s.tenants (id int PRIMARY KEY)");
    server.sql("CREATE TABLE s.things (id int PRIMARY KEY, tenant int REFERENCES s.tenants)");
    try {
      assertThat(run("scope", "discover", "--root", "s.tenants", "--to", "t.yaml").status).isZero();
      Path map = directory.resolve("t.yaml");
      Files.writeString(
          map,
          Files.readString(map)
              .replace("\"not reachable from the root: decide\"", "elsewhere  # by hand"));
      assertThat(run("scope", "check", "t.yaml").status).isZero();
      server.sql("ALTER TABLE s.things ADD colour text");
      Result changed = run("scope", "check", "t.yaml");
      assertThat(changed.status).isEqualTo(2);
      assertThat(changed.out).contains("SC-111 s.things: added: column colour text");
      Result accepted = run("scope", "check", "t.yaml", "--accept-schema");
      assertThat(accepted.status).as(accepted.out + accepted.err).isZero();
      assertThat(accepted.err).contains("t.yaml is now for the schema of today, 2 tables");
      assertThat(Files.readString(map)).contains("# by hand").contains("column colour text");
      assertThat(run("scope", "check", "t.yaml").status).isZero();
    } finally {
      server.sql("DROP SCHEMA s CASCADE");
    }
  }

  @Test
  void whatCannotBeDoneIsSaid() throws IOException {
    Result printed = run("scope", "discover", "--root", "accounts", "--name", "customer");
    assertThat(printed.status).isZero();
    assertThat(printed.out).contains("name: customer").contains("owned:\n");
    Files.writeString(directory.resolve("there.yaml"), "mine");
    Result overwriting = run("scope", "discover", "--to", "there.yaml");
    assertThat(overwriting.status).isEqualTo(3);
    assertThat(overwriting.err).contains("HF-2004").contains("it exists already");
    assertThat(Files.readString(directory.resolve("there.yaml"))).isEqualTo("mine");

    Result unclear = run("scope", "discover", "--root", "nothing");
    assertThat(unclear.status).isEqualTo(2);
    assertThat(unclear.err).contains("HF-1082").contains("there is no table 'nothing'");

    Result malformed = run("scope", "check", "there.yaml", "--json");
    assertThat(malformed.status).isEqualTo(2);
    assertThat(malformed.out).contains("HF-1080");

    Files.writeString(
        directory.resolve("gone.yaml"),
        """
        kind: Scope
        name: a
        root: {table: public.gone, key: id}
        """);
    Result unsuitable = run("scope", "explain", "gone.yaml");
    assertThat(unsuitable.status).isEqualTo(2);
    assertThat(unsuitable.err).contains("HF-1081").contains("there is no table public.gone");
    assertThat(run("scope", "check", "gone.yaml").out).contains("SC-104").contains("SC-101");
    assertThat(run("scope").status).isEqualTo(2);
  }

  private record Result(int status, String out, String err) {}

  private Result run(String... args) {
    String url = "postgresql://postgres@127.0.0.1:" + server.port() + "/postgres";
    TestContext context = new TestContext(Map.of("DATABASE_URL", url), directory);
    int status = context.run(args);
    return new Result(status, context.stdout(), context.stderr());
  }
}
