package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts of `scripts/backup`: what they are told reaches holdfast, rows come back as they
/// were, and nothing that stands in a path, a value or a file of settings is ever run.
class ScriptsTest {
  private static final String HOSTILE = InstalledScripts.HOSTILE;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    try {
      assertThat(scratch.resolve("harm")).as("what a hostile value asks for").doesNotExist();
    } finally {
      Scratch.remove(scratch);
    }
  }

  @Test
  void everyScriptHasHelpAndRefusesWhatItDoesNotKnow() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, HOSTILE);
    assertThat(InstalledScripts.names()).hasSizeGreaterThan(15);
    for (String name : InstalledScripts.names()) {
      assertThat(scripts.expect(0, name, "--help").out()).as(name).startsWith("Usage: ");
      int refused =
          switch (name) {
            case "monitoring/health-check.sh" -> 3;
            case "monitoring/alerts.sh" -> 69;
            default -> 2;
          };
      assertThat(scripts.expect(refused, name, "--no-such-option").all())
          .contains(refused == 69 ? "nothing was sent" : "--no-such-option");
      scripts.expect(refused, name, "--no-such=option");
    }
    scripts.expect(69, "scripts/restore.sh", "--type=schema");
    scripts.expect(69, "scripts/verify-backup.sh", "--file=" + scripts.folder().resolve("lib.sh"));
    assertThat(scripts.expect(2, "scripts/cleanup.sh").err()).contains("nothing is removed");
    scripts.settings("BACKUP_KIND=$(touch $HOME/harm)\n");
    assertThat(scripts.expect(2, "scripts/full-backup.sh").err()).contains("$(touch $HOME/harm)");
  }

  @Test
  void aClusterGoesTheWayOfTheQuickStartAndComesBackRowForRow() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, HOSTILE);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE TABLE listings AS SELECT i, md5(i::text) FROM generate_series(1, 999) i");
      scripts.settings("POSTGRES_URL='" + source.url() + "'\r\nBACKUP_STORAGE_PATH=./a b\n");
      scripts.expect(0, "holdfast.sh", "init", "--quiet");
      assertThat(scripts.folder().resolve("a b")).isDirectory();
      assertThat(scripts.folder().resolve("storage/encryption/backup-key.key")).isRegularFile();
      assertThat(scripts.expect(2, "monitoring/health-check.sh").out())
          .startsWith("CRITICAL: no good backup of source main; ");

      assertThat(scripts.expect(0, "scripts/full-backup.sh", "--test").out())
          .contains("main_full_");
      source.execute("INSERT INTO listings VALUES (0, 'last')");
      scripts.expect(0, "backup-database.sh", "incremental");
      scripts.expect(0, "scripts/verify-backup.sh", "--latest");
      assertThat(scripts.expect(0, "scripts/restore.sh", "--list").out())
          .contains("main_full_", "main_incremental_");
      assertThat(scripts.expect(0, "monitoring/health-check.sh", "--disk-warning=101").out())
          .matches("OK: repository whole; newest backup 0 h old .*; no WAL stream; disk .*\n");
      scripts.expect(0, "scripts/restore.sh", "--test", "--source=latest");

      Map<String, String> rows = RowDigests.of(source, "postgres");
      scripts.with("DRY_RUN", "true").expect(0, "restore-database.sh", "latest");
      assertThat(scripts.folder().resolve("restored")).doesNotExist();
      scripts.without("DRY_RUN").expect(0, "scripts/restore.sh", "--type=full", "--source=latest");
      try (Stream<Path> found = Files.list(scripts.folder().resolve("restored"));
          Cluster back = Cluster.restored(source.major(), found.findFirst().orElseThrow())) {
        back.configure(Map.of("port", Integer.toString(back.port())));
        back.start();
        back.awaitPromotion();
        assertThat(RowDigests.of(back, "postgres")).isEqualTo(rows);
      }
    }
    cleanup(scripts);
    health(scripts);
  }

  /// Of two backups one goes, by an option; the policy of the file would keep both.
  private void cleanup(InstalledScripts scripts) throws IOException {
    Path configuration = scripts.folder().resolve("config/retention.config.json");
    Files.copy(Path.of(configuration + ".example"), configuration);
    Command.Ended said = scripts.expect(0, "cleanup-old-backups.sh");
    assertThat(said.err())
        .contains("--keep-daily=7 --keep-weekly=4 --keep-monthly=12 --keep-yearly=5")
        .contains("--keep-within=48h --window=14d");
    assertThat(said.out()).contains("nothing to forget");
    scripts.expect(0, "scripts/cleanup.sh", "--dry-run", "--keep-last=1");
    assertThat(scripts.expect(0, "scripts/restore.sh", "--list").out()).contains("main_full_");
    scripts.expect(0, "scripts/cleanup.sh", "--keep-last=1");
    assertThat(scripts.expect(0, "scripts/restore.sh", "--list").out())
        .contains("main_incremental_")
        .doesNotContain("main_full_");
    Files.writeString(
        configuration, "{\"policies\": {\"daily_backups\": {\"keep_daily\": \"$(x)\"}}}");
    assertThat(scripts.expect(2, "scripts/cleanup.sh").err()).contains("is no number: $(x)");
    Files.writeString(configuration, "{");
    scripts.expect(2, "scripts/cleanup.sh");
  }

  /// Of a repository with one backup: every state, and one line for each.
  private void health(InstalledScripts scripts) throws IOException {
    assertThat(scripts.expect(1, "monitoring/health-check.sh", "--warning-age=0").out())
        .startsWith("WARNING: newest backup is 0 h old")
        .hasLineCount(1);
    assertThat(scripts.expect(3, "monitoring/health-check.sh", "--warning-age=x").out())
        .startsWith("UNKNOWN: ")
        .hasLineCount(1);
    try (Stream<Path> packs = Files.walk(scripts.folder().resolve("a b/packs"))) {
      Files.delete(packs.filter(Files::isRegularFile).findFirst().orElseThrow());
    }
    assertThat(scripts.expect(2, "monitoring/health-check.sh").out())
        .startsWith("CRITICAL: repository DAMAGED")
        .hasLineCount(1);
    scripts.expect(4, "scripts/verify-backup.sh", "--all");
    scripts.with("HOLDFAST", "/no/such/program");
    assertThat(scripts.expect(3, "monitoring/health-check.sh").out()).startsWith("UNKNOWN: ");
  }

  @Test
  void aClusterComesBackAsItWasAtAMomentOfTheStream() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, HOSTILE);
    Path log = scratch.resolve("stream.log");
    Path target = scratch.resolve("back");
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      scripts.settings("DATABASE_URL=" + source.url() + "\n");
      scripts.expect(0, "holdfast.sh", "init", "--quiet");
      Process stream = scripts.start(log, "scripts/wal-archive.sh");
      try {
        scripts.expect(0, "scripts/full-backup.sh");
        source.execute("CREATE TABLE listings AS SELECT generate_series(1, 500) AS i");
        final Map<String, String> rows = RowDigests.of(source, "postgres");
        String moment =
            source.sql(
                "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')");
        source.execute("DROP TABLE listings");
        source.switchWal();
        Await.until(
            "the stream's catching up",
            () ->
                scripts
                    .expect(0, "scripts/wal-archive.sh", "--status", "--", "--json")
                    .out()
                    .contains("\"lagBytes\": 0"),
            () -> Files.readString(log) + Files.readString(Path.of(log + ".err")));
        assertThat(
                scripts
                    .expect(
                        0,
                        "scripts/restore.sh",
                        "--type=pitr",
                        "--timestamp=" + moment,
                        "--to=" + target,
                        "--",
                        "--target-action=promote")
                    .err())
            .contains(moment + " names no zone and is taken as UTC");
        try (Cluster back = Cluster.restored(source.major(), target)) {
          back.configure(Map.of("port", Integer.toString(back.port())));
          back.start();
          back.awaitPromotion();
          assertThat(RowDigests.of(back, "postgres")).isEqualTo(rows);
        }
        assertThat(scripts.run("monitoring/health-check.sh", "--require-wal").out())
            .contains("WAL stream active");
      } finally {
        // Reaches holdfast itself: the script has become it.
        stream.destroy();
        assertThat(stream.waitFor(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(stream.exitValue()).isZero();
    }
  }

  @Test
  void aDumpComesBackAsOneTableAndAsAWholeAndNoPasswordIsAnArgument() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, HOSTILE);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE TABLE listings AS SELECT i, md5(i::text) FROM generate_series(1, 999) i",
          "CREATE TABLE \"o'; \\! touch $HOME/harm\" AS SELECT 1",
          "CREATE DATABASE copy TEMPLATE template0",
          "CREATE DATABASE tested TEMPLATE template0");
      String url = source.url().replace("postgres@", "postgres:s3%63ret%5Cn@");
      scripts.settings(
          """
          SUPABASE_DB_URL="%s"
          RESTORE_DATABASE_URL=%s # not the source
          """
              .formatted(url, url.replaceAll("/postgres$", "/copy")));
      scripts.expect(0, "holdfast.sh", "init", "--quiet");
      assertThat(scripts.expect(0, "scripts/full-backup.sh", "--test").out())
          .contains("main_dump_");
      scripts.expect(0, "scripts/incremental-backup.sh");
      Map<String, String> rows = RowDigests.of(source, "postgres");

      assertThat(scripts.expect(0, "scripts/restore.sh", "--dry-run").all()).contains("listings");
      assertThat(RowDigests.of(source, "copy")).isEmpty();
      scripts.expect(0, "scripts/restore.sh", "--type=full", "--source=latest");
      assertThat(RowDigests.of(source, "copy")).isEqualTo(rows);
      scripts
          .with("TEST_DATABASE_URL", url.replaceAll("/postgres$", "/tested"))
          .expect(0, "scripts/restore.sh", "--test");
      assertThat(RowDigests.of(source, "tested")).isEqualTo(rows);

      source.execute("DROP TABLE listings");
      scripts.with("RESTORE_DATABASE_URL", url);
      String[] table = {"--type=table", "--table=listings", "--source=latest"};
      scripts.expect(0, "scripts/restore.sh", table);
      assertThat(RowDigests.of(source, "postgres")).isEqualTo(rows);
      assertThat(scripts.expect(2, "scripts/restore.sh", table).err()).contains("HF-1040");
      for (String hostile : List.of("$(touch $HOME/harm)", "x; touch $HOME/harm", "a\nb", "-x")) {
        scripts.expect(2, "scripts/restore.sh", "--type=table", "--table=" + hostile);
        scripts.expect(2, "scripts/restore.sh", "--source=" + hostile);
        scripts.expect(2, "scripts/restore.sh", "--source", hostile, "--dry-run");
        scripts.expect(2, "scripts/verify-backup.sh", "--file", hostile);
        scripts.expect(2, "scripts/encrypted-backup.sh", "create", hostile);
      }
      files(scripts);
      assertThat(scripts.arguments())
          .contains("--url=postgresql://postgres@127.0.0.1")
          .doesNotContain("ret", "s3%63");
    }
  }

  /// Single encrypted files, and the keys of the repository.
  private void files(InstalledScripts scripts) throws IOException {
    Path folder = scripts.folder();
    scripts.expect(0, "scripts/encrypted-backup.sh", "create", "my-name");
    String file = folder.resolve("storage/exports/my-name.tar.enc").toString();
    scripts.expect(0, "scripts/encrypted-backup.sh", "verify", file);
    scripts.expect(0, "scripts/encrypted-backup.sh", "restore", file, scratch + "/a \"b\".tar");
    scripts.expect(0, "holdfast.sh", "import", scratch + "/a \"b\".tar");
    byte[] changed = Files.readAllBytes(Path.of(file));
    int middle = changed.length / 2;
    changed[middle] = (byte) (changed[middle] ^ 1);
    Files.write(Path.of(file), changed);
    scripts.expect(4, "scripts/encrypted-backup.sh", "verify", file);

    String old = folder.resolve("storage/encryption/backup-key.key").toString();
    scripts.expect(0, "scripts/backup-encryption.sh", "rotate-keys", old, old + "2");
    assertThat(scripts.expect(2, "scripts/restore.sh", "--list").err()).contains("HF-1012");
    scripts.with("BACKUP_KEY_FILE", old + "2").expect(0, "scripts/verify-backup.sh", "--all");
    assertThat(scripts.expect(0, "scripts/test-encryption.sh").out()).hasLineCount(5);
  }

  @Test
  void settingsAreReadAndNeverRun() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, HOSTILE);
    String harm = "$(touch " + scratch + "/harm)`touch " + scratch + "/harm`";
    scripts.settings(
        """
        # $(touch %1$s/harm)
        PATH=/nowhere
        HOLDFAST=/nowhere
        HOLDFAST_JAVA_OPTS=-XX:OnError=nowhere --nonsense
        BASH_ENV=/nowhere
        NOTIFICATION_EMAIL="; touch %1$s/harm"
        BACKUP_PASSPHRASE='%2$s'
        BACKUP_DIR="%1$s/%3$s"
        """
            .formatted(scratch, harm, "re'po $(touch harm); x"));
    scripts.expect(0, "holdfast.sh", "init", "--quiet");
    assertThat(scratch.resolve("re'po $(touch harm); x")).isDirectory();
    scripts.with("BACKUP_PASSPHRASE", harm).expect(0, "scripts/restore.sh", "--list");
    scripts.with("BACKUP_PASSPHRASE", "x").expect(2, "scripts/restore.sh", "--list");
    assertThat(scripts.arguments()).doesNotContain("touch");

    Path home = Files.createDirectory(scratch.resolve("a\nb;touch harm\n"));
    scripts.with("BACKUP_SCRIPTS_HOME", home.toString()).expect(0, "holdfast.sh", "init", "-q");
    assertThat(home.resolve("storage/local")).isDirectory();
    scripts.without("BACKUP_SCRIPTS_HOME");

    for (String wrong :
        List.of("touch $HOME/harm", "A='x\ntouch $HOME/harm'", "A=\"x\"y\"", "1=2")) {
      scripts.settings("BACKUP_KIND=dump\n" + wrong + "\n");
      assertThat(scripts.expect(2, "scripts/restore.sh", "--list").err())
          .contains("line 2 of ")
          .doesNotContain("touch $HOME/harm'");
    }
    scripts.settings("BACKUP_KIND=dump\n");
    Files.setPosixFilePermissions(
        scripts.folder().resolve(".env"), PosixFilePermissions.fromString("rw-rw----"));
    assertThat(scripts.expect(2, "scripts/restore.sh", "--list").err()).contains("may write to");
  }
}
