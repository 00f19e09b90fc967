package io.holdfast.postgres.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.ConfigurationPlacement.Placed;
import io.holdfast.postgres.testing.TestCluster;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigurationPlacementTest {
  private static final HostFiles NOTHING_HERE = path -> path.equals("/here");

  @Test
  void includesAreFoundWhetherTheServerWroteTheirPathsShortOrAsTheyStand() {
    for (String named : List.of("/etc/pg/more.settings", "/etc/pg/conf.d/../more.settings")) {
      SavedConfiguration saved =
          new SavedConfiguration(
              "/etc/pg/postgresql.conf",
              "",
              "",
              Map.of(
                  "/etc/pg/postgresql.conf",
                  "include_dir 'conf.d'\n",
                  "/etc/pg/conf.d/a.conf",
                  "include '../more.settings'\n",
                  named,
                  "work_mem = 7MB\n"));

      Placed placed = ConfigurationPlacement.plan(saved, NOTHING_HERE);

      assertThat(placed.files().get("postgresql.conf")).as(named).contains("\nwork_mem = 7MB\n");
      assertThat(placed.changes()).as(named).isEmpty();
    }
  }

  @Test
  void aClusterMadeByPgCreateclusterStartsFromItsDataDirectory() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/pg_createcluster")),
        "pg_createcluster is missing: apt-get install postgresql-common");
    try (TestCluster cluster = TestCluster.empty(TestPrograms.WITH_TOOLS)) {
      Path root = cluster.place().directory();
      Path etc = Files.createDirectories(root.resolve("etc/postgresql/15/main"));
      cluster.place().giveToServer();
      Path old = root.resolve("old");
      cluster.asServerUser(
          List.of(
              "env",
              "PG_CLUSTER_CONF_ROOT=" + root.resolve("etc/postgresql"),
              "/usr/bin/pg_createcluster",
              "15",
              "main",
              "--datadir=" + old,
              "--socketdir=" + cluster.place().socketDirectory(),
              "--logfile=" + root.resolve("createcluster.log"),
              "--start-conf=manual"));
      Files.write(
          etc.resolve("postgresql.conf"),
          List.of("work_mem = 3MB", "include 'own.conf'", "listen_addresses = ''", "port = 5432"),
          StandardOpenOption.APPEND);
      Files.createDirectories(etc.resolve("conf.d"));
      Files.writeString(etc.resolve("conf.d/10-own.conf"), "maintenance_work_mem = 11MB\n");
      Files.writeString(etc.resolve("own.conf"), "work_mem = 9MB");
      Map<String, String> texts = texts(etc);
      SavedConfiguration saved =
          new SavedConfiguration(
              etc.resolve("postgresql.conf").toString(),
              etc.resolve("pg_hba.conf").toString(),
              etc.resolve("pg_ident.conf").toString(),
              texts);
      TestPrograms.run(List.of("rm", "-rf", etc.toString()));
      Files.delete(cluster.data());
      Files.move(old, cluster.data());

      Placed placed = ConfigurationPlacement.plan(saved, HostFiles.here());
      new FileChanges(placed.files(), List.of(), placed.changes()).apply(cluster.data());
      assertThat(placed.changes()).extracting(SettingChange::name).contains("data_directory");

      String pgCtl = cluster.programs().program("pg_ctl").toString();
      cluster.asServerUser(
          List.of(pgCtl, "-D", cluster.data().toString(), "-w", "-l", root + "/own.log", "start"));
      try {
        String shown =
            cluster.asServerUser(
                List.of(
                    cluster.programs().program("psql").toString(),
                    "-h",
                    cluster.place().socketDirectory().toString(),
                    "-d",
                    "postgres",
                    "-Atc",
                    "SHOW config_file; SHOW hba_file; SHOW work_mem; SHOW maintenance_work_mem"));
        assertThat(shown.lines())
            .containsExactly(
                cluster.data().resolve("postgresql.conf").toString(),
                cluster.data().resolve("pg_hba.conf").toString(),
                "9MB",
                "11MB");
      } finally {
        cluster.asServerUser(
            List.of(pgCtl, "-D", cluster.data().toString(), "-w", "-m", "fast", "stop"));
      }
      assertThat(ControlFile.read(cluster.data()).state().isCleanlyStopped()).isTrue();
    }
  }

  @Test
  void whatIsNotOnThisHostIsACommentAndReported() {
    Placed placed =
        plan(
            """
            # mine
            ssl = on
            ssl_cert_file = '/gone/cert.pem'
            ssl_key_file = 'server.key'
            unix_socket_directories = '/gone, /here'
            log_directory = '/gone/log'
            include '/gone/more.conf'
            include_if_exists 'perhaps.conf'
            include_dir 'conf.d'
            external_pid_file = '/here'
            promote_trigger_file = '/here'
            stats_temp_directory = '/here'
            shared_buffers = 1GB
            """,
            Map.of());
    Map<String, String> values = ConfigurationText.parse(text(placed, "postgresql.conf")).values();
    assertThat(values)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "ssl",
                "off",
                "ssl_key_file",
                "server.key",
                "unix_socket_directories",
                "/here",
                "shared_buffers",
                "1GB"));
    assertThat(placed.changes())
        .extracting(SettingChange::name)
        .containsExactly(
            "ssl_cert_file",
            "unix_socket_directories",
            "log_directory",
            "include",
            "include_if_exists",
            "external_pid_file",
            "promote_trigger_file",
            "stats_temp_directory",
            "ssl");
    assertThat(placed.files()).containsKey("pg_ident.conf").doesNotContainKey("pg_hba.conf");
  }

  @Test
  void whatLayInTheDataDirectoryStaysUnlessALineMustGo() {
    SavedConfiguration fine = inside("work_mem = 1MB\ninclude 'more.conf'\n");
    assertThat(ConfigurationPlacement.planUnmoved(fine, NOTHING_HERE).files()).isEmpty();
    SavedConfiguration foreign = inside("include 'more.conf'\nexternal_pid_file = '/here'\n");
    Placed placed = ConfigurationPlacement.planUnmoved(foreign, NOTHING_HERE);
    assertThat(ConfigurationText.parse(text(placed, "postgresql.conf")).values())
        .containsExactlyEntriesOf(Map.of("work_mem", "2MB"));
    assertThat(placed.changes())
        .extracting(SettingChange::name)
        .containsExactly("external_pid_file");
  }

  private static SavedConfiguration inside(String main) {
    return new SavedConfiguration(
        "/data/postgresql.conf",
        "",
        "",
        Map.of("/data/postgresql.conf", main, "/data/more.conf", "work_mem = 2MB\n"));
  }

  @Test
  void includesAreResolvedInTheirPlaceAndInOrder() {
    Placed placed =
        plan(
            "a.x = 1\ninclude 'one.conf'\ninclude_dir 'conf.d'\na.x = 5\n",
            Map.of(
                "/etc/one.conf", "a.x = 2\ninclude '/etc/deep/two.conf'\n",
                "/etc/deep/two.conf", "a.x = 3\ninclude 'three.conf'\n",
                "/etc/deep/three.conf", "a.y = 3",
                "/etc/conf.d/2.conf", "a.z = 2",
                "/etc/conf.d/10.conf", "a.z = 1",
                "/etc/conf.d/.hidden.conf", "a.z = 9",
                "/etc/conf.d/other.txt", "a.z = 9"));
    String text = text(placed, "postgresql.conf");
    assertThat(
            ConfigurationText.parse(text).lines().stream()
                .filter(line -> !line.name().isEmpty())
                .map(line -> line.name() + line.value()))
        .containsExactly("a.x1", "a.x2", "a.x3", "a.y3", "a.z1", "a.z2", "a.x5");
    assertThat(placed.changes()).isEmpty();
  }

  @Test
  void aFileThatWasNotSavedIsNotWrittenEmpty() {
    SavedConfiguration onlyAccess =
        new SavedConfiguration(
            "/data/postgresql.conf",
            "/etc/pg_hba.conf",
            "/etc/pg_ident.conf",
            Map.of("/etc/pg_hba.conf", "local all all peer\n"));
    assertThat(ConfigurationPlacement.plan(onlyAccess, NOTHING_HERE).files())
        .containsOnlyKeys("pg_hba.conf", "pg_ident.conf");
  }

  @Test
  void filesThatIncludeThemselvesEnd() {
    Placed placed = plan("include 'postgresql.conf'\nwork_mem = 1MB\n", Map.of());
    assertThat(placed.changes()).extracting(SettingChange::name).containsExactly("include");
  }

  @Test
  void accessRulesKeepTheirOrderAndTheirIncludes() {
    SavedConfiguration saved =
        new SavedConfiguration(
            "/etc/postgresql.conf",
            "/etc/pg_hba.conf",
            "/etc/pg_ident.conf",
            Map.of(
                "/etc/postgresql.conf", "",
                "/etc/pg_hba.conf",
                    "local all all peer # x\ninclude \"more hba.conf\"\ninclude_dir rules\ninclude gone\nlocal @dbs all md5\n",
                "/etc/more hba.conf", "host all all ::1/128 md5",
                "/etc/rules/b.conf", "host b all ::1/128 md5\n",
                "/etc/rules/a.conf", "host a all ::1/128 md5\n"));
    Placed placed = ConfigurationPlacement.plan(saved, NOTHING_HERE);
    assertThat(
            text(placed, "pg_hba.conf")
                .lines()
                .filter(line -> !line.isEmpty() && !line.startsWith("#")))
        .containsExactly(
            "local all all peer # x",
            "host all all ::1/128 md5",
            "host a all ::1/128 md5",
            "host b all ::1/128 md5",
            "local @dbs all md5");
    assertThat(placed.changes())
        .extracting(SettingChange::oldValue)
        .containsExactly("/etc/gone", "local @dbs all md5");
  }

  private static String text(Placed placed, String name) {
    return placed.files().getOrDefault(name, "");
  }

  private static Placed plan(String main, Map<String, String> others) {
    Map<String, String> texts = new LinkedHashMap<>(others);
    texts.put("/etc/postgresql.conf", main);
    return ConfigurationPlacement.plan(
        new SavedConfiguration("/etc/postgresql.conf", "", "", texts), NOTHING_HERE);
  }

  private static Map<String, String> texts(Path directory) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        texts.put(file.toString(), Files.readString(file));
      }
    }
    return texts;
  }
}
