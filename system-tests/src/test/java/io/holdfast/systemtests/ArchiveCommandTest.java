package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.systemtests.Ledger.Commit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// WAL that comes by `archive_command = 'holdfast wal push %p'`, run by the server itself, with no
/// stream at all.
class ArchiveCommandTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void clusterComesBackFromPushedWal() throws Exception {
    Path push = pushScript();
    try (Cluster source =
        Cluster.create(
            15,
            scratch.resolve("source"),
            Map.of(
                "track_commit_timestamp", "on",
                "archive_mode", "on",
                "archive_command", push + " %p"))) {
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      Cluster.giveToServer(scratch.resolve("repository"));
      Ledger ledger = new Ledger(source);
      ledger.create("", "", 500);
      program.expect(0, "backup");
      Cluster.giveToServer(scratch.resolve("repository"));
      ledger.write(3, 3, 40, () -> source.switchWal());
      String last = source.sql("SELECT pg_walfile_name(pg_switch_wal())");
      awaitArchived(source, last);

      Path segment = source.data().resolve("pg_wal").resolve(last);
      assertThat(program.run("wal", "push", segment.toString()).status())
          .as("the same file again is success")
          .isZero();
      Path other = Files.createDirectory(scratch.resolve("other")).resolve(last);
      byte[] bytes = Files.readAllBytes(segment);
      bytes[100] ^= 1;
      Files.write(other, bytes);
      Command.Ended conflict = program.run("wal", "push", other.toString());
      assertThat(conflict.status()).as(conflict.all()).isEqualTo(2);
      assertThat(conflict.err()).contains("HF-1060").contains(last).contains("hint:");

      List<Commit> account = ledger.account();
      program.expect(
          0,
          "restore",
          "latest",
          "--to",
          scratch + "/r",
          "--target-xid",
          account.get(account.size() - 2).xid(),
          "--target-action",
          "promote");
      try (Cluster restored = Cluster.restored(15, scratch.resolve("r"))) {
        restored.start();
        restored.awaitPromotion();
        assertThat(Ledger.read(restored)).isEqualTo(Ledger.stateAfter(account, account.size() - 1));
        assertThat(restored.sql("SHOW archive_mode"))
            .as("a restored server must not archive over the source's WAL")
            .isEqualTo("off");
      }
    }
  }

  /// The command that `--archive` writes is the program's own, and its key is a file.
  @Test
  void restoredServerArchivesWhereItIsTold() throws Exception {
    Path key = scratch.resolve("key");
    Files.writeString(key, Program.KEY + "\n");
    Cluster.giveToServer(key);
    Path second = scratch.resolve("it's 100% new");
    Program program = new Program(scratch).withKeyFile(key);
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      program.expect(0, "init");
      program.with("DATABASE_URL", source.url()).expect(0, "backup");
    }
    String[] restore = {
      "restore", "latest", "--to", scratch + "/r", "--archive", second.toString()
    };
    Refusal.expect(2, "HF-1020", program.run(restore), second.toString());
    assertThat(scratch.resolve("r")).doesNotExist();
    program.with("BACKUP_DIR", second.toString()).expect(0, "init");
    Cluster.giveToServer(second);
    assertThat(program.expect(0, restore).out()).contains("archives to " + second);
    try (Cluster restored = Cluster.restored(15, scratch.resolve("r"))) {
      restored.start();
      restored.awaitPromotion();
      String last = restored.sql("SELECT pg_walfile_name(pg_switch_wal())");
      awaitArchived(restored, last);
      assertThat(restored.sql("SELECT failed_count FROM pg_stat_archiver")).isEqualTo("0");
      byte[] archived = Files.readAllBytes(restored.data().resolve("pg_wal").resolve(last));
      Path fetched = scratch.resolve("fetched");
      program
          .with("BACKUP_DIR", second.toString())
          .expect(0, "wal", "fetch", last, fetched.toString());
      assertThat(fetched).hasBinaryContent(archived);
    }
  }

  /// What an administrator would write; the server's user must be able to run it.
  private Path pushScript() throws IOException {
    Path script = scratch.resolve("push");
    Files.writeString(
        script,
        """
        #!/bin/sh
        export BACKUP_DIR=%s BACKUP_ENCRYPTION_KEY=%s
        exec %s wal push -q "$1"
        """
            .formatted(
                scratch.resolve("repository"), Program.KEY, Program.HOME.resolve("bin/holdfast")));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private static void awaitArchived(Cluster source, String segment) throws Exception {
    for (int attempt = 0; attempt < 600; attempt++) {
      String archived = source.sql("SELECT last_archived_wal FROM pg_stat_archiver");
      if (archived.compareTo(segment) >= 0 && !archived.equals("null")) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError(
        "not archived: "
            + source.sql("SELECT pg_stat_archiver::text FROM pg_stat_archiver")
            + source.log());
  }
}
