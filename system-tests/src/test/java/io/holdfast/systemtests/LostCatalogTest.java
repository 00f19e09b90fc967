package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The directory of the server's embedded catalog is gone.
class LostCatalogTest {
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
  void itIsRebuiltFromTheRepositoryAndTheServerGoesOn() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      assertThat(program.expect(0, "catalog", "list").all())
          .contains("no server saved its catalog in this repository");

      String token;
      String backup;
      try (Serving server = Serving.start(program, scratch)) {
        token = server.setUp();
        backup = server.backUp(token);
        server.awaitSaid("the catalog is saved as ");
      }
      Path data = scratch.resolve("data");
      Files.move(data.resolve("catalog"), scratch.resolve("lost"));

      assertThat(rebuild(program, data, "--dry-run").all())
          .contains("1 users")
          .contains("nothing was changed");
      assertThat(data.resolve("catalog")).doesNotExist();
      try (Serving empty = Serving.start(program, scratch)) {
        empty.awaitSaid("holdfast catalog rebuild");
        assertThat(empty.send("GET", "/api/users", token, "").statusCode()).isEqualTo(401);
      }
      Command.Ended rebuilt = rebuild(program, data);
      assertThat(rebuilt.all()).contains("rebuilt; ").doesNotContain("DEBUG", "INFO");
      assertThat(rebuild(program, data, 2).all()).contains("is in use");

      try (Serving again = Serving.start(program, scratch)) {
        assertThat(again.said()).doesNotContain("hfsetup_");
        assertThat(again.send("GET", "/api/users", token, "").body()).contains("Ada");
        assertThat(again.backUp(token)).isNotEqualTo(backup);
        assertThat(again.send("GET", "/api/admin/backup/list", token, "").body()).contains(backup);
        assertThat(again.send("POST", "/api/audit/verify", token, "").body())
            .contains("\"problem\":null");
      }
      assertThat(program.expect(0, "list").all()).contains(backup).doesNotContain("catalog");
    }
  }

  private static Command.Ended rebuild(Program program, Path data, String... more)
      throws Exception {
    return program.expect(0, words(data, more));
  }

  private static Command.Ended rebuild(Program program, Path data, int status) throws Exception {
    return program.expect(status, words(data));
  }

  private static String[] words(Path data, String... more) {
    String[] words = new String[more.length + 4];
    words[0] = "catalog";
    words[1] = "rebuild";
    words[2] = "--data";
    words[3] = data.toString();
    System.arraycopy(more, 0, words, 4, more.length);
    return words;
  }
}
