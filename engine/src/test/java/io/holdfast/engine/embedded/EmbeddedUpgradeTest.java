package io.holdfast.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.ScratchReaper;
import io.holdfast.postgres.server.ServerPrograms;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedUpgradeTest {
  private static final EngineContext CONTEXT = TestEngine.context();

  /// Keys both ways, computed and identity columns, a trigger and row-level security.
  private static final List<String> SCHEMA =
      List.of(
          "CREATE TABLE parents (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
              + " \"odd \"\" name\" text, best bigint,"
              + " twice bigint GENERATED ALWAYS AS (best * 2) STORED)",
          "CREATE TABLE children (id serial PRIMARY KEY, parent bigint REFERENCES parents,"
              + " body jsonb, bytes bytea, list text[], at timestamptz)",
          "ALTER TABLE parents ADD FOREIGN KEY (best) REFERENCES children"
              + " DEFERRABLE INITIALLY DEFERRED",
          "ALTER TABLE children ENABLE ROW LEVEL SECURITY",
          "ALTER TABLE children FORCE ROW LEVEL SECURITY",
          "CREATE TABLE counted (n bigint)",
          "INSERT INTO counted VALUES (0)",
          "CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS"
              + " $$ BEGIN UPDATE counted SET n = n + 1; RETURN NEW; END $$",
          "CREATE TRIGGER counts AFTER INSERT ON parents"
              + " FOR EACH ROW EXECUTE FUNCTION count_up()");

  private static final List<String> ROWS =
      List.of(
          "BEGIN",
          "INSERT INTO parents (\"odd \"\" name\", best) SELECT E'tab\\t line\\n back\\\\' || g, g"
              + " FROM generate_series(1, 500) g",
          "INSERT INTO children (parent, body, bytes, list, at) SELECT g,"
              + " jsonb_build_object('k', repeat('x', g)), decode(lpad(to_hex(g), 8, '0'), 'hex'),"
              + " ARRAY['a', NULL, 'b,' || g], timestamptz '2026-01-01 00:00Z' + g * interval '1 s'"
              + " FROM generate_series(1, 500) g",
          "COMMIT");

  private static final String ALL =
      "SELECT 'p', p::text FROM parents p UNION ALL SELECT 'c', c::text FROM children c"
          + " UNION ALL SELECT 'n', n::text FROM counted n ORDER BY 1, 2";

  private Path parent = Path.of("none");
  private Path directory = Path.of("none");

  @BeforeEach
  void makeParent() throws IOException {
    parent = Files.createTempDirectory(TestCluster.PARENT, "hf-upgrade");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    directory = parent.toRealPath().resolve("catalog");
  }

  @AfterEach
  void removeParent() throws IOException {
    ScratchReaper.deleteTree(parent);
  }

  @Test
  void everyRowAndSequenceComesToTheNewVersionAndTheOldClusterIsKept() throws Exception {
    List<String> before = fill();
    try (EmbeddedCluster cluster = open(17, 18)) {
      assertThat(cluster.version()).startsWith("17.");
    }
    EmbeddedUpgrade.Report report = upgrade(EmbeddedUpgradeTest::makeSchema, 17, 18).orElseThrow();
    assertThat(report.fromVersion()).startsWith("17.");
    assertThat(report.toVersion()).startsWith("18.");
    assertThat(report.rows()).isEqualTo(before.size());
    assertThat(report.before()).isDirectory();
    assertThat(directory.toFile().list()).noneMatch(name -> name.startsWith("socket"));
    try (EmbeddedCluster cluster = open(17, 18)) {
      assertThat(cluster.version()).startsWith("18.");
      assertThat(TestRows.sql(cluster, ALL)).isEqualTo(before);
      assertThat(TestRows.sql(cluster, "INSERT INTO children DEFAULT VALUES RETURNING id"))
          .containsExactly("501");
      assertThat(TestRows.sql(cluster, "INSERT INTO parents (best) VALUES (1) RETURNING id, twice"))
          .containsExactly("501|2");
      assertThat(TestRows.sql(cluster, "SELECT n FROM counted")).containsExactly("501");
    }
    assertThat(upgrade(EmbeddedUpgradeTest::makeSchema, 17, 18)).isEmpty();
  }

  @Test
  void aSchemaThatDiffersIsRefusedAndTheOldClusterGoesOn() throws Exception {
    List<String> before = fill();
    assertThatThrownBy(
            () ->
                upgrade(
                    (url, superuser) -> {
                      makeSchema(url, superuser);
                      run(url, superuser, List.of("ALTER TABLE children ADD COLUMN more int"));
                    },
                    17,
                    18))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("public.children")
        .extracting(e -> ((BackupException) e).code())
        .isEqualTo(ErrorCode.TARGET_UNSUITABLE);
    try (EmbeddedCluster cluster = open(17)) {
      assertThat(TestRows.sql(cluster, ALL)).isEqualTo(before);
    }
    assertThat(upgrade(EmbeddedUpgradeTest::makeSchema, 17, 18)).isPresent();
  }

  @Test
  void anUpgradeThatWasInterruptedNearItsEndIsFinished() throws Exception {
    List<String> before = fill();
    upgrade(EmbeddedUpgradeTest::makeSchema, 17, 18);
    Path data = directory.resolve(EmbeddedUpgrade.DATA);
    Path complete = directory.resolve(EmbeddedUpgrade.COMPLETE);
    Path old = directory.resolve(EmbeddedUpgrade.BEFORE);

    Files.move(data, complete);
    try (EmbeddedCluster cluster = open(17, 18)) {
      assertThat(cluster.version()).startsWith("18.");
    }
    Files.move(data, complete);
    Files.move(old, data);
    try (EmbeddedCluster cluster = open(17, 18)) {
      assertThat(cluster.version()).startsWith("18.");
      assertThat(TestRows.sql(cluster, ALL)).isEqualTo(before);
    }
    assertThat(old.resolve("PG_VERSION")).hasContent("17");
    assertThat(complete).doesNotExist();
  }

  @Test
  void aClusterWithoutProgramsOfItsVersionIsNamedAndLeftAlone() throws Exception {
    List<String> before = fill();
    assertThatThrownBy(() -> open(18))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("PostgreSQL 17")
        .extracting(e -> ((BackupException) e).code() + ((BackupException) e).hint())
        .asString()
        .startsWith(ErrorCode.SERVER_PROGRAM_MISSING.name())
        .contains("postgresql-17");
    try (EmbeddedCluster cluster = open(17)) {
      assertThat(TestRows.sql(cluster, ALL)).isEqualTo(before);
    }
  }

  @Test
  void thePostgresqlOfTheDistributionIsUnpackedOnceAndKept() throws Exception {
    Path archive = Files.copy(archive(17), parent.resolve("17.txz"));
    try (EmbeddedCluster cluster = openWith(archive)) {
      assertThat(cluster.version()).startsWith("17.");
      TestRows.insert(cluster, "bundled");
    }
    Path postgres = kept("17").resolve("bin/postgres");
    Object unpacked = Files.getLastModifiedTime(postgres);
    openWith(archive).close();
    assertThat(Files.getLastModifiedTime(postgres)).isEqualTo(unpacked);

    // The next distribution comes with another one.
    Files.delete(archive);
    Files.copy(archive(18), archive);
    try (EmbeddedCluster cluster = openWith(archive)) {
      assertThat(cluster.version()).startsWith("17.");
    }
    assertThat(
            new EmbeddedUpgrade(CONTEXT)
                .run(
                    new EmbeddedRequest(directory, archive),
                    (url, superuser) ->
                        run(url, superuser, List.of("CREATE TABLE words (word text)")),
                    new InstalledServers(List.of())))
        .get()
        .extracting(EmbeddedUpgrade.Report::rows)
        .isEqualTo(1L);
    Files.delete(archive);
    try (EmbeddedCluster cluster = openWith(archive)) {
      assertThat(cluster.version()).startsWith("18.");
      assertThat(TestRows.read(cluster)).containsExactly("bundled");
    }
  }

  private List<String> fill() throws Exception {
    try (EmbeddedCluster cluster = open(17)) {
      Properties superuser = cluster.properties(EmbeddedCluster.NAME);
      makeSchema(cluster.url(), superuser);
      run(cluster.url(), superuser, ROWS);
      List<String> rows = TestRows.sql(cluster, ALL);
      assertThat(rows).hasSize(1001);
      return rows;
    }
  }

  private EmbeddedCluster open(int... majors) throws IOException {
    return EmbeddedCluster.open(
        CONTEXT, new EmbeddedRequest(directory, parent.resolve("no-archive")), servers(majors));
  }

  private EmbeddedCluster openWith(Path archive) throws IOException {
    return EmbeddedCluster.open(
        CONTEXT, new EmbeddedRequest(directory, archive), new InstalledServers(List.of()));
  }

  private Optional<EmbeddedUpgrade.Report> upgrade(EmbeddedUpgrade.Schema schema, int... majors)
      throws IOException {
    return new EmbeddedUpgrade(CONTEXT)
        .run(new EmbeddedRequest(directory, parent.resolve("no-archive")), schema, servers(majors));
  }

  private Path kept(String version) throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, "programs-" + version + ".*")) {
      return found.iterator().next();
    }
  }

  private static void makeSchema(String url, Properties superuser) throws IOException {
    run(url, superuser, SCHEMA);
  }

  private static void run(String url, Properties superuser, List<String> statements)
      throws IOException {
    try (Connection connection = DriverManager.getConnection(url, superuser)) {
      for (String statement : statements) {
        TestCluster.sql(connection, statement);
      }
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  private static InstalledServers servers(int... majors) throws IOException {
    List<ServerPrograms> programs = new ArrayList<>();
    for (int major : majors) {
      programs.add(TestPrograms.of(major));
    }
    return new InstalledServers(programs);
  }

  private static Path archive(int major) throws IOException {
    Path directory = TestPrograms.of(major).directory().resolve("../..").normalize();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.txz")) {
      return found.iterator().next();
    }
  }
}
