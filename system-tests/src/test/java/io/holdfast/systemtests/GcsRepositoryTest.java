package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.storage.gcs.testing.ImitatedGcs;
import io.holdfast.systemtests.SmallTree.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The whole way, from `init` to a server that runs on the restored data and to restored files,
/// with a repository in a bucket of an imitated Google Cloud Storage: no emulator is to be had, and
/// Google was not asked.
class GcsRepositoryTest {
  private Path scratch = Path.of("/tmp");
  private int restores;

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void backsUpAClusterIntoABucketAndRestoresIt() throws Exception {
    try (ImitatedGcs gcs = ImitatedGcs.start()) {
      WholeWay.requireThereAndBack(
          program(gcs.placeAt(gcs.endpoint()), gcs.keyFile(scratch)), scratch);
    }
  }

  @Test
  void backsUpFilesIntoABucketAndRestoresThem() throws Exception {
    try (ImitatedGcs gcs = ImitatedGcs.start()) {
      gcs.pagesOf(3);
      Program program = program(gcs.placeAt(gcs.endpoint()), gcs.keyFile(scratch));
      Path tree = SmallTree.make(scratch.resolve("tree"));
      program.expect(0, "init");
      assertThat(program.run("init").err()).contains("HF-1021");
      Map<String, Entry> first = SmallTree.entries(tree);
      program.expect(0, "files", "backup", tree.toString());
      SmallTree.replaceLarge(tree, 2);
      Map<String, Entry> second = SmallTree.entries(tree);
      program.expect(0, "files", "backup", tree.toString());
      program.expect(0, "check");
      program.expect(0, "verify", "--all");

      List<String> backups = Answers.all(program.expect(0, "list", "--json").out(), "id");
      assertThat(backups).hasSize(2);
      assertThat(restored(program, backups.getFirst(), tree)).isEqualTo(first);
      assertThat(restored(program, "latest", tree)).isEqualTo(second).isNotEqualTo(first);

      program.expect(0, "forget", "--keep-last", "1");
      String pruned =
          program.expect(0, "prune", "--json", "--max-unused", "0", "--bury-max", "100").out();
      assertThat(Long.parseLong(Answers.only(pruned, "deletedObjects"))).isPositive();
      assertThat(Answers.only(pruned, "refusedDeletes")).isEqualTo("0");
      program.expect(0, "check");
      assertThat(restored(program, "latest", tree)).isEqualTo(second);
    }
  }

  @Test
  void saysWhatIsWrongWithABucket() throws Exception {
    try (ImitatedGcs gcs = ImitatedGcs.start()) {
      Path keyFile = gcs.keyFile(scratch);
      String place = gcs.placeAt(gcs.endpoint());
      Refusal.expect(2, "HF-1020", program(place, keyFile).run("list"));
      Refusal.expect(
          2,
          "HF-1020",
          program("gs://not-there/x?endpoint=" + gcs.endpoint(), keyFile).run("init"),
          "not-there");

      Path strangers = scratch.resolve("strangers.json");
      Files.writeString(
          strangers, Files.readString(keyFile).replace("backup@project", "stranger@project"));
      Command.Ended stranger = program(place, strangers).run("init");
      Refusal.expect(3, "HF-2002", stranger, "invalid_grant", "credentials");
      assertThat(stranger.all()).doesNotContain("PRIVATE KEY");
      Refusal.expect(
          3,
          "HF-2002",
          program(place, scratch.resolve("no.json")).run("init"),
          "no.json",
          "GOOGLE_APPLICATION_CREDENTIALS");

      Command.Ended keyInUrl = program("gs://planted-secret@bucket/x", keyFile).run("init");
      Refusal.expect(2, "HF-1003", keyInUrl);
      assertThat(keyInUrl.all()).doesNotContain("planted-secret");
    }
  }

  private Map<String, Entry> restored(Program program, String backup, Path tree)
      throws IOException {
    Path to = scratch.resolve("restored-" + restores++);
    program.expect(0, "files", "restore", backup, "--to", to.toString());
    return SmallTree.entries(to.resolve(tree.toString().substring(1)));
  }

  private Program program(String repository, Path keyFile) {
    return new Program(scratch)
        .with("BACKUP_DIR", repository)
        .with("GOOGLE_APPLICATION_CREDENTIALS", keyFile.toString());
  }
}
