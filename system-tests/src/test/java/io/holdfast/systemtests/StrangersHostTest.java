package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A cluster that somebody else set up, the way Debian does it: its configuration lies in `/etc`
/// and is spread over several files, it preloads a library, uses extensions and a database that
/// sorts by ICU. The key is in the environment of the backup and the restore only. The restored
/// directory is started by the user `postgres` from an empty environment. The oracle is what SQL
/// says in the original and in the restored server.
class StrangersHostTest {
  private static final int VERSION = TestPrograms.WITH_TOOLS;

  /// Settings that differ by what restoring means, and those that the quarantine changes.
  private static final Set<String> OTHERWISE =
      Set.of(
          "archive_command", // shown as '(disabled)'
          "archive_mode",
          "config_file",
          "data_directory",
          "external_pid_file",
          "hba_file",
          "ident_file",
          "in_hot_standby",
          "max_logical_replication_workers",
          "port",
          "promote_trigger_file",
          "recovery_target_action",
          "recovery_target_lsn",
          "recovery_target_timeline",
          "restore_command",
          "stats_temp_directory");

  private static final Map<String, String> FILES =
      Map.of(
          "conf.d/10-stranger.conf",
          """
          shared_preload_libraries = 'pg_stat_statements'
          pg_stat_statements.track = all
          work_mem = 7777kB          # odd on purpose
          archive_mode = on
          archive_command = '/bin/true'
          max_connections 73
          include '../more.settings'
          """,
          "conf.d/20-later-wins.conf",
          "deadlock_timeout = '1234ms'\nDateStyle = 'german, dmy'\n",
          "more.settings",
          "maintenance_work_mem = 77MB\nlog_min_duration_statement=4321\n",
          "pg_hba.conf",
          """
          # the stranger's own rules
          local   all          postgres                peer
          host    all          postgres  127.0.0.1/32  trust
          host    replication  postgres  127.0.0.1/32  trust
          host    all          guest     127.0.0.1/32  reject
          """);

  private static final String NAMES = "SELECT name FROM names ORDER BY name";

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    String obstacle = DebianCluster.obstacle().orElse("");
    assumeTrue(obstacle.isEmpty(), obstacle);
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void strangersClusterComesBackBesideTheOriginalAndTouchesNothingOfIt() throws Exception {
    try (DebianCluster source = strangersCluster()) {
      Map<String, String> before = source.configurationFiles();
      Program program = backUp(source);
      Facts facts = facts(source.port());
      restoreAndCompare(program, facts);

      Path check = scratch.resolve("check.sql");
      Files.writeString(
          check,
          """
          SELECT count(*) = 3000 FROM names;
          SELECT similarity('Müller', 'Mueller') > 0.1;
          """);
      Command.Ended proof =
          program.expect(
              0,
              "test-restore",
              "latest",
              "--check-sql",
              check.toString(),
              "--check-database",
              "shop",
              "--json");
      assertThat(proof.out()).contains("\"clean\": true");
      assertThat(source.configurationFiles()).as("files in /etc").isEqualTo(before);
      assertThat(facts(source.port())).as("the original").isEqualTo(facts);
    }
  }

  @Test
  void strangersClusterComesBackWhereTheOriginalIsGone() throws Exception {
    try (DebianCluster source = strangersCluster()) {
      Program program = backUp(source);
      Facts facts = facts(source.port());
      source.drop();
      assertThat(source.exists()).as("the original").isFalse();

      restoreAndCompare(program, facts);
      assertThat(program.expect(0, "test-restore", "latest", "--json").out())
          .contains("\"clean\": true");
      assertThat(source.exists()).as("the original").isFalse();
    }
  }

  private DebianCluster strangersCluster() throws Exception {
    DebianCluster source = DebianCluster.create(FILES);
    try {
      run(
          source.port(),
          "postgres",
          "CREATE EXTENSION pg_stat_statements",
          "ALTER SYSTEM SET statement_timeout = '54321s'",
          "CREATE ROLE guest LOGIN",
          "CREATE DATABASE shop TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-AT-u-co-phonebk'");
      run(
          source.port(),
          "shop",
          "CREATE EXTENSION pg_trgm",
          "CREATE EXTENSION hstore",
          "CREATE EXTENSION amcheck",
          "CREATE TABLE names (id int PRIMARY KEY, name text, more hstore)",
          "INSERT INTO names SELECT n, (ARRAY['Müller','Muller','Mueller','Zebra','Ärger','Aerger',"
              + "'ähnlich','ßtraße','Straße','öl','Öl','oel'])[n % 12 + 1] || (n % 97),"
              + " hstore('n', n::text) FROM generate_series(1, 3000) n",
          "CREATE INDEX by_name ON names (name)",
          "CREATE INDEX by_likeness ON names USING gin (name gin_trgm_ops)",
          "CREATE INDEX by_more ON names USING gin (more)",
          "ANALYZE names");
      run(source.port(), "postgres", "SELECT pg_reload_conf()");
      return source;
    } catch (SQLException e) {
      source.close();
      throw e;
    }
  }

  private Program backUp(DebianCluster source) throws IOException {
    Program program = new Program(scratch);
    program.expect(0, "init");
    program.with("DATABASE_URL", source.url("shop")).expect(0, "backup");
    return program;
  }

  private void restoreAndCompare(Program program, Facts facts) throws Exception {
    Path to = scratch.resolve("restored");
    program.expect(0, "restore", "latest", "--to", to.toString(), "--target-action", "promote");
    try (Cluster restored = Cluster.restored(VERSION, to)) {
      restored.start();
      restored.awaitPromotion();
      Facts now = facts(restored.port());
      assertThat(now.settings().values())
          .as("settings")
          .containsExactlyElementsOf(facts.settings().values());
      assertThat(now).isEqualTo(facts);
      assertThat(rows(restored.port(), "postgres", "SHOW archive_mode")).containsExactly("off");
      assertThat(rows(restored.port(), "postgres", "SHOW data_directory"))
          .containsExactly(to.toString());
      assertThat(rows(restored.port(), "postgres", "SHOW config_file"))
          .containsExactly(to.resolve("postgresql.conf").toString());
      run(
          restored.port(),
          "shop",
          "SELECT bt_index_parent_check('by_name', true)",
          "INSERT INTO names VALUES (3001, 'Nachzügler', '')");
      assertThat(rows(restored.port(), "postgres", "SELECT count(*) > 0 FROM pg_stat_statements"))
          .as("the preloaded library counts statements")
          .containsExactly("t");
      restored.stop();
    }
  }

  /// What must be equal in both servers.
  private record Facts(
      Map<String, String> settings, List<String> rules, List<String> names, List<String> others) {}

  private static Facts facts(int port) throws SQLException {
    Map<String, String> settings = new TreeMap<>();
    for (String line : rows(port, "shop", "SELECT name || ' = ' || setting FROM pg_settings")) {
      settings.put(line.substring(0, line.indexOf(' ')), line);
    }
    settings.keySet().removeAll(OTHERWISE);
    assertThat(settings)
        .containsEntry("work_mem", "work_mem = 7777")
        .containsEntry("max_connections", "max_connections = 73")
        .containsEntry("deadlock_timeout", "deadlock_timeout = 1234")
        .containsEntry("maintenance_work_mem", "maintenance_work_mem = 78848")
        .containsEntry("statement_timeout", "statement_timeout = 54321000");
    List<String> byIndex =
        rows(port, "shop", "SET enable_seqscan = off; SET enable_sort = off;" + NAMES);
    List<String> sorted =
        rows(port, "shop", "SET enable_indexscan = off; SET enable_indexonlyscan = off;" + NAMES);
    assertThat(
            rows(port, "shop", "SET enable_seqscan = off; SET enable_sort = off; EXPLAIN " + NAMES))
        .as("how the index is read")
        .anySatisfy(line -> assertThat(line).contains("Index").contains("by_name"));
    assertThat(byIndex).as("order of the index").isEqualTo(sorted).hasSize(3000);
    return new Facts(
        settings,
        rows(port, "postgres", "SELECT pg_hba_file_rules::text FROM pg_hba_file_rules"),
        sorted,
        rows(
            port,
            "shop",
            "SET enable_seqscan = off; SELECT names::text FROM names WHERE name % 'Mueller5'"
                + " OR more @> 'n=>7' ORDER BY id"));
  }

  private static void run(int port, String database, String... statements) throws SQLException {
    try (Connection connection = connect(port, database);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  /// The first column of the last of the statements.
  private static List<String> rows(int port, String database, String statements)
      throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = connect(port, database);
        Statement statement = connection.createStatement()) {
      String[] all = statements.split(";");
      for (int i = 0; i < all.length - 1; i++) {
        statement.execute(all[i]);
      }
      try (ResultSet result = statement.executeQuery(all[all.length - 1])) {
        while (result.next()) {
          rows.add(String.valueOf(result.getString(1)));
        }
      }
    }
    return rows;
  }

  private static Connection connect(int port, String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres");
  }
}
