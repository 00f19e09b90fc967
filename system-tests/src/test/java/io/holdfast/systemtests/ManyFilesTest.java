package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// A cluster of very many small files goes through a small heap: in full, again as an incremental
/// backup that has the first one as its parent, and back.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "tens of thousands of files: minutes by itself, so only with -Pthorough")
class ManyFilesTest {
  private static final String HEAP = "-Xmx160m";
  private static final String FOLDER = "base/5/many";

  private final int files = Seeds.thorough() ? 100_000 : 20_000;
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
  void everyFileIsBackedUpTwiceAndRestoredWithinASmallHeap() throws Exception {
    try (Cluster source = Cluster.create(Files.createDirectory(scratch.resolve("s")))) {
      makeFiles(source);
      Program program =
          new Program(scratch).with("DATABASE_URL", source.url()).with("HOLDFAST_JAVA_OPTS", HEAP);
      program.expect(0, "init");
      program.expect(0, "backup");
      Files.delete(source.data().resolve(FOLDER).resolve("f000007"));
      program.expect(0, "backup", "--type", "incremental");

      Path restored = scratch.resolve("restored");
      program.expect(0, "restore", "latest", "--to", restored.toString());

      assertThat(names(restored))
          .hasSize(files - 1)
          .doesNotContain("f000007")
          .isEqualTo(names(source.data()));
      program.expect(0, "verify", "latest");
    }
  }

  /// A base backup copies whatever lies in the data directory.
  private void makeFiles(Cluster source) throws IOException {
    Path folder = Files.createDirectory(source.data().resolve(FOLDER));
    for (int i = 0; i < files; i++) {
      Files.createFile(folder.resolve("f%06d".formatted(i)));
    }
    Cluster.giveToServer(folder);
  }

  private static Set<String> names(Path data) throws IOException {
    try (Stream<Path> list = Files.list(data.resolve(FOLDER))) {
      return list.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
    }
  }
}
