package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

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
    try (SshServer host = SshServer.start()) {
      WholeWay.requireThereAndBack(program(host.place("erp/backups")), scratch);
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
