package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The scripts of `scripts/backup/cron` with a `crontab` that keeps its table in a file: what is
/// somebody else's in it stays, and the lines that are written run.
class CronScriptsTest {
  private static final String FOREIGN =
      "MAILTO=ops@example.org\n\n# a comment  \n\t5 4 * * *  /bin/true \\% \r\n@reboot x\n";

  /// Keeps the table in a file, as `crontab` keeps it in its spool.
  private static final String CRONTAB =
      """
      #!/bin/sh
      table=$HOME/table
      if [ "$1" = -l ]; then
        [ -e "$table" ] || { echo "no crontab for tester" >&2; exit 1; }
        exec cat "$table"
      fi
      echo written >>"$HOME/writes"
      exec cp "$1" "$table"
      """;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    try {
      assertThat(scratch.resolve("harm")).as("what a hostile path asks for").doesNotExist();
    } finally {
      Scratch.remove(scratch);
    }
  }

  @Test
  void cronRunsBackupsAndLinesOfOthersStayByteForByte() throws Exception {
    InstalledScripts scripts = InstalledScripts.create(scratch, InstalledScripts.HOSTILE);
    Path table = scratch.resolve("table");
    if (!Files.exists(Path.of("/usr/bin/crontab"))) {
      assertThat(scripts.expect(2, "cron/backup-cron.sh", "install").err()).contains("no crontab");
    }
    scripts.programOnPath("crontab", CRONTAB);
    scripts.expect(1, "cron/backup-cron.sh", "status");
    Files.writeString(table, FOREIGN);
    scripts.expect(0, "cron/backup-cron.sh", "install", "--full=5 3 * * 1-5", "--incremental=off");
    assertThat(table).content().startsWith(FOREIGN).contains("\n5 3 * * 1-5 '");
    scripts.expect(0, "cron/monitoring-cron.sh", "install");
    scripts.expect(0, "cron/backup-cron.sh", "install", "--full=5 3 * * 1-5", "--incremental=off");
    assertThat(scratch.resolve("writes")).hasContent("written\nwritten\n");
    for (String wrong :
        List.of("5 3 * *", "* * * * * touch harm", "a\n* * * * * x", "$(x) 1 1 1 1")) {
      scripts.expect(2, "cron/backup-cron.sh", "install", "--full=" + wrong);
    }

    Files.writeString(
        scripts.folder().resolve("config/backup.config.json"),
        "{\"schedules\": {\"full_backup\": \"1 1 * * *\", \"wal_archive\": \"continuous\"}}");
    scripts.expect(0, "cron/backup-cron.sh", "install");
    String listed = scripts.expect(0, "cron/backup-cron.sh", "list").out();
    assertThat(listed).contains("\n1 1 * * * '", "\n0 */6 * * * '", "\n* * * * * '");
    scripts.expect(0, "cron/backup-cron.sh", "status");
    byCron(
        scripts, listed.lines().filter(line -> line.startsWith("1 1")).findFirst().orElseThrow());

    Files.writeString(table, "# BEGIN holdfast backup-cron\nprecious\n", StandardOpenOption.APPEND);
    String before = Files.readString(table);
    scripts.expect(2, "cron/backup-cron.sh", "uninstall");
    assertThat(table).hasContent(before);
    Files.writeString(table, before.replace("# BEGIN holdfast backup-cron\nprecious\n", ""));
    scripts.expect(0, "cron/backup-cron.sh", "uninstall");
    scripts.expect(0, "cron/monitoring-cron.sh", "uninstall");
    assertThat(Files.readString(table)).isEqualTo(FOREIGN);
  }

  /// Runs a line of the table: a full backup, one at a time.
  private void byCron(InstalledScripts scripts, String line) throws Exception {
    String command = line.substring("1 1 * * * ".length());
    assertThat(command).contains("\\%");
    Path logs = scripts.folder().resolve("storage/logs");
    Command.Ended failed = scripts.runByCron(command);
    assertThat(failed.status()).as(failed.all()).isEqualTo(2);
    assertThat(failed.out()).hasLineCount(1).contains("full-backup failed with status 2: see ");
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      scripts.settings("DATABASE_URL=" + source.url() + "\n");
      scripts.expect(0, "holdfast.sh", "init", "--quiet");
      Process other =
          Command.start(
              Map.of(),
              List.of("flock", logs.resolve("backup.lock").toString(), "sleep", "60"),
              scratch.resolve("o"),
              scratch.resolve("e"));
      Await.until(
          "taking the lock",
          () -> {
            scripts.runByCron(command);
            return Files.readString(logs.resolve("full-backup.log")).contains("another one runs");
          },
          () -> Files.readString(logs.resolve("full-backup.log")));
      other.descendants().forEach(ProcessHandle::destroy);
      other.destroy();
      assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
      Await.until(
          "a backup by cron",
          () -> scripts.runByCron(command).all().isEmpty() && list(scripts).contains("main_full_"),
          () -> Files.readString(logs.resolve("full-backup.log")));
      assertThat(scripts.expect(0, "cron/backup-cron.sh", "status").out())
          .contains("full-backup: 20", " status 0\n", "cleanup: never ran");
    }
  }

  private static String list(InstalledScripts scripts) throws IOException {
    return scripts.expect(0, "scripts/restore.sh", "--list").out();
  }
}
