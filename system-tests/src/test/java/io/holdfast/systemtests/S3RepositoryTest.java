package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.s3.testing.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The whole way, from `init` to a server that runs on the restored data, with a repository in a
/// bucket.
class S3RepositoryTest {
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
  void backsUpIntoABucketAndRestoresFromIt() throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    try (S3Server bucket = S3Server.start(S3Server.Kind.S3PROXY, files)) {
      WholeWay.requireThereAndBack(program(bucket.newPlace()), scratch);
    }
  }

  @Test
  void saysWhatIsWrongWithABucket() throws Exception {
    Path files = Files.createDirectory(scratch.resolve("s3"));
    try (S3Server bucket = S3Server.start(S3Server.Kind.S3PROXY, files)) {
      Command.Ended noRepository = program(bucket.newPlace()).run("list");
      assertThat(noRepository.err()).contains("HF-1020");
      assertThat(noRepository.status()).isEqualTo(2);

      Command.Ended noBucket =
          program("s3://not-there/x?endpoint=" + bucket.endpoint()).run("init");
      assertThat(noBucket.err()).contains("HF-1020").contains("not-there");

      Command.Ended wrongSecret =
          program(bucket.newPlace()).with("AWS_SECRET_ACCESS_KEY", "planted-secret").run("init");
      assertThat(wrongSecret.status()).isEqualTo(3);
      assertThat(wrongSecret.err()).contains("access key");
      assertThat(wrongSecret.all()).doesNotContain("planted-secret");

      Command.Ended keyInUrl = program("s3://id:planted-secret@bucket/x").run("init");
      assertThat(keyInUrl.err()).contains("HF-1003");
      assertThat(keyInUrl.all()).doesNotContain("planted-secret");
    }
  }

  private Program program(String repository) {
    Program program = new Program(scratch).with("BACKUP_DIR", repository);
    for (var variable : S3Server.environment().entrySet()) {
      program = program.with(variable.getKey(), variable.getValue());
    }
    return program;
  }
}
