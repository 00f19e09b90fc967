package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.storage.sftp.testing.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The whole way, from `init` to a server that runs on the restored data, with a repository on a
/// host that is reached by SFTP.
class SftpRepositoryTest {
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY id)) FROM t";

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
  void backsUpOverSftpAndRestoresFromThere() throws Exception {
    try (SshServer host = SshServer.start();
        Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = program(host.place("erp/backups")).with("DATABASE_URL", source.url());
      source.execute("CREATE TABLE t (id int, text text)");
      program.expect(0, "init");
      program.expect(0, "doctor");
      try (RunningStream stream = RunningStream.start(program, scratch)) {
        source.execute("INSERT INTO t SELECT n, 'before' FROM generate_series(1, 5000) n");
        program.expect(0, "backup");
        source.execute("INSERT INTO t SELECT n, 'after' FROM generate_series(5001, 9000) n");
        stream.awaitStored(source);
      }
      String rows = source.sql(ROWS);
      program.expect(0, "verify", "--all");

      Path to = scratch.resolve("restored");
      program.expect(0, "restore", "latest", "--to", to.toString(), "--wal", "staged");
      try (Cluster restored = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
        restored.start();
        restored.awaitPromotion();
        assertThat(restored.sql(ROWS)).isEqualTo(rows);
      }
    }
  }

  @Test
  void saysWhatIsWrongWithAHost() throws Exception {
    try (SshServer host = SshServer.start()) {
      Command.Ended noRepository = program(host.place("nothing")).run("list");
      assertThat(noRepository.err()).contains("HF-1020");
      assertThat(noRepository.status()).isEqualTo(2);

      Path empty = Files.createFile(scratch.resolve("known_hosts"));
      Command.Ended unknown = program(host.placeAt(host.port(), "x", empty)).run("init");
      assertThat(unknown.status()).isEqualTo(3);
      assertThat(unknown.err()).contains("HF-2002").contains("SHA256:").contains("ssh-keyscan");

      Command.Ended passwordInUrl = program("sftp://u:planted-secret@127.0.0.1/x").run("init");
      assertThat(passwordInUrl.err()).contains("HF-1003");
      assertThat(passwordInUrl.all()).doesNotContain("planted-secret");
    }
  }

  private Program program(String repository) {
    return new Program(scratch).with("BACKUP_DIR", repository);
  }
}
