package io.holdfast.engine.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Secret;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.doctor.DoctorReport.Finding;
import io.holdfast.engine.doctor.DoctorReport.Level;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The doctor on healthy and unhealthy places: every line says what is so, every bad one what to
/// do.
class DoctorTest {
  @TempDir private Path directory = Path.of("");
  private Path repository = Path.of("");

  @BeforeEach
  void makeRepository() {
    repository = directory.resolve("repository");
    new RepositoryAccess(TestEngine.context())
        .init(TestEngine.settings(repository))
        .repository()
        .close();
  }

  @Test
  void aHealthyPlaceHasNoFailuresAndMeasuredRates() throws IOException {
    try (TestServer server =
        TestServer.start(TestPrograms.WITH_TOOLS, Map.of("max_slot_wal_keep_size", "1GB"))) {
      DoctorReport report = examine(settings(repository, Optional.of(url(server, "postgres"))));
      assertThat(report.isHealthy()).as(report.describe().toString()).isTrue();
      assertFinding(report, Level.OK, "opens with", "BACKUP_ENCRYPTION_KEY", "0 backups");
      assertFinding(report, Level.OK, "wal_level replica", "may replicate");
      assertFinding(report, Level.OK, "replication works");
      assertFinding(report, Level.OK, "test restores can run");
      assertFinding(report, Level.OK, "free for the repository");
      assertFinding(report, Level.OK, "free for the server's WAL");
      assertFinding(report, Level.WARN, "no WAL stream has been set up");
      assertThat(report.toString())
          .containsPattern(
              "hashes [0-9.]+ [KMG]iB/s, compresses [0-9.]+ [KMG]iB/s and seals [0-9.]+ [KMG]iB/s");
      assertThat(report.toString()).doesNotContain("max_slot_wal_keep_size is unlimited");

      server.sql("SELECT pg_create_physical_replication_slot('holdfast_main', true)");
      server.sql("SELECT pg_create_physical_replication_slot('holdfast_old', true)");
      report = examine(settings(repository, Optional.of(url(server, "postgres"))));
      assertFinding(report, Level.WARN, "slot holdfast_main exists and no WAL stream uses it");
      assertFinding(report, Level.WARN, "slot holdfast_old is Holdfast's and nobody uses it");
    }
  }

  @Test
  void anUnsuitableServerIsToldEverythingAtOnce() throws IOException {
    try (TestServer server =
        TestServer.start(
            TestPrograms.WITH_TOOLS,
            Map.of(
                "wal_level", "minimal",
                "max_wal_senders", "0",
                "max_replication_slots", "0",
                "archive_mode", "off"))) {
      server.sql("CREATE ROLE weak LOGIN");
      DoctorReport report = examine(settings(repository, Optional.of(url(server, "weak"))));
      assertThat(report.isHealthy()).isFalse();
      assertFinding(report, Level.FAIL, "HF-1051", "weak may not replicate");
      assertFinding(report, Level.FAIL, "HF-1052", "wal_level is minimal");
      assertFinding(report, Level.FAIL, "HF-1052", "max_wal_senders is 0");
      assertFinding(report, Level.FAIL, "HF-1052", "max_replication_slots is 0");
      assertFinding(report, Level.WARN, "max_slot_wal_keep_size is unlimited");
    }
  }

  @Test
  void replicationThatIsNotLetInIsFound() throws IOException {
    try (TestServer server = TestServer.start(TestPrograms.WITH_TOOLS, Map.of())) {
      server.write("pg_hba.conf", "local all all trust\nhost all all 127.0.0.1/32 trust\n");
      server.reload();
      DoctorReport report = examine(settings(repository, Optional.of(url(server, "postgres"))));
      assertFinding(report, Level.FAIL, "HF-1051", "no pg_hba.conf entry for replication");
    }
  }

  @Test
  void serversThatCannotBeUsedAreFound() {
    assertFinding(
        examine(settings(repository, Optional.of("postgresql://u@127.0.0.1:1/x"))),
        Level.FAIL,
        "HF-2001");
    assertFinding(
        examine(settings(repository, Optional.of("postgresql://u@h/x?pgbouncer=true"))),
        Level.FAIL,
        "HF-1054",
        "pooler");
    assertFinding(
        examine(settings(repository, Optional.of("mysql://u@h/x"))), Level.FAIL, "HF-1003");
    assertFinding(
        examine(settings(repository, Optional.empty())), Level.WARN, "no database URL is set");
  }

  @Test
  void repositoriesThatCannotBeOpenedAreFound() {
    assertFinding(
        examine(settings(directory.resolve("none"), Optional.empty())), Level.FAIL, "HF-1020");
    Settings wrong = withKey(repository, new KeySource.Hex(new Secret("f".repeat(64))));
    assertFinding(examine(wrong), Level.FAIL, "HF-1012");
  }

  @Test
  void aKeyFileInTheRepositoryOrOpenToOthersIsFound() throws IOException {
    Path inside = repository.resolve("key");
    Files.writeString(inside, TestEngine.KEY);
    Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rw-r--r--"));
    DoctorReport report = examine(withKey(repository, new KeySource.File(inside)));
    assertFinding(report, Level.FAIL, "lies in the repository it opens");
    assertFinding(report, Level.WARN, "others may read the key file");

    Path link = Files.createSymbolicLink(directory.resolve("link"), inside);
    assertFinding(
        examine(withKey(repository, new KeySource.File(link))),
        Level.FAIL,
        "lies in the repository it opens");

    Path outside = directory.resolve("key");
    Files.writeString(outside, TestEngine.KEY);
    Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rw-------"));
    report = examine(withKey(repository, new KeySource.File(outside)));
    assertThat(report.isHealthy()).as(report.describe().toString()).isTrue();
  }

  private DoctorReport examine(Settings settings) {
    DoctorReport report =
        new Doctor(TestEngine.context(), new Environment(Map.of())).examine(settings);
    assertThat(report.findings())
        .filteredOn(finding -> finding.level() != Level.OK)
        .allSatisfy(finding -> assertThat(finding.hint()).as(finding.what()).isNotEmpty());
    return report;
  }

  private static Settings settings(Path repository, Optional<String> url) {
    return TestEngine.settings(repository, url.map(Secret::new));
  }

  private static Settings withKey(Path repository, KeySource key) {
    Settings plain = TestEngine.settings(repository);
    return new Settings(
        plain.repository(),
        key,
        plain.source(),
        plain.url(),
        plain.directUrl(),
        plain.slot(),
        plain.configFile());
  }

  private static String url(TestServer server, String role) {
    return "postgresql://" + role + "@127.0.0.1:" + server.port() + "/postgres";
  }

  private static void assertFinding(DoctorReport report, Level level, String... texts) {
    assertThat(report.findings())
        .as(report.describe().toString())
        .anySatisfy(
            (Finding finding) -> {
              assertThat(finding.level()).isEqualTo(level);
              assertThat(finding.what()).contains(texts);
            });
  }
}
