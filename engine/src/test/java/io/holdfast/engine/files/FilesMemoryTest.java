package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.Verify;
import io.holdfast.engine.verify.VerifyReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory does not follow the number of entries, not even of one directory: a process with a heap
/// that holds a pack and little more backs up very many, twice, verifies and restores them.
class FilesMemoryTest {
  private static final int ENTRIES = Seeds.thorough() ? 3_000_000 : 200_000;
  private static final int DIRECTORIES = 4;

  /// The others are symbolic links, which are quicker made.
  private static final int FILE_EACH = 20;

  @TempDir Path temporary;

  /// The process with the small heap.
  static final class SmallProcess {
    private SmallProcess() {}

    public static void main(String[] arguments) {
      Settings settings = TestEngine.settings(Path.of(arguments[1]));
      try (OpenRepository repository = new RepositoryAccess(TestEngine.context()).open(settings)) {
        switch (arguments[0]) {
          case "backup" -> backUp(repository, settings, Path.of(arguments[2]));
          case "verify" -> verify(repository);
          case "restore" -> restore(repository, Path.of(arguments[2]));
          default -> throw new IllegalArgumentException(arguments[0]);
        }
      }
    }

    private static void backUp(OpenRepository repository, Settings settings, Path source) {
      FilesBackupReport report =
          new FilesBackup(TestEngine.context(), repository)
              .run(
                  settings,
                  new FilesBackupRequest(
                      List.of(source),
                      List.of(),
                      FilesBackupRequest.Caches.INCLUDED,
                      FilesBackupRequest.Mounts.CROSSED));
      if (!report.problems().isEmpty()) {
        throw new AssertionError(report.problems());
      }
    }

    private static void verify(OpenRepository repository) {
      VerifyReport report = new Verify(TestEngine.context(), repository).all();
      if (!report.isClean()) {
        throw new AssertionError(report.findings());
      }
    }

    private static void restore(OpenRepository repository, Path to) {
      FilesRestore restore = new FilesRestore(TestEngine.context(), repository);
      FilesRestoreReport report =
          restore.execute(
              restore.plan(
                  new FilesRestoreRequest(
                      "latest", "main", to, List.of(), Existing.REFUSE, Owners.BY_NUMBER)));
      if (!report.problems().isEmpty()) {
        throw new AssertionError(report.problems());
      }
    }
  }

  @Test
  void veryManyEntriesFitIntoASmallHeap() throws IOException, InterruptedException {
    Path source = Files.createDirectory(temporary.toRealPath().resolve("source"));
    for (int i = 0; i < DIRECTORIES; i++) {
      Files.createDirectory(source.resolve("d" + i));
    }
    for (int i = 0; i < ENTRIES; i++) {
      String name = "entry-with-a-name-of-some-length-" + (i * 7_919L) % 15_485_863;
      // Half of them in one directory.
      Path directory = source.resolve("d" + (i % 2 == 0 ? 0 : i % DIRECTORIES));
      if (i % FILE_EACH == 0) {
        Files.writeString(directory.resolve(name), name);
      } else {
        Files.createSymbolicLink(directory.resolve(name), Path.of("x"));
      }
    }
    Path place = temporary.resolve("repository");
    Settings settings = TestEngine.settings(place);
    new RepositoryAccess(TestEngine.context()).init(settings).repository().close();

    run("backup", place, source);
    run("backup", place, source);
    run("verify", place, source);
    Path target = temporary.resolve("restored");
    run("restore", place, target);
    FileTrees.requireEqual(source, target.resolve(source.toString().substring(1)));

    try (OpenRepository repository = new RepositoryAccess(TestEngine.context()).open(settings)) {
      long[] count = new long[1];
      new FilesListing(repository).list("latest", "main", _ -> count[0]++);
      assertThat(count[0]).isBetween((long) ENTRIES, ENTRIES + 50L);
    }
  }

  private static void run(String command, Path repository, Path files)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx112m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                SmallProcess.class.getName(),
                command,
                repository.toString(),
                files.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + ": " + output).isZero();
  }
}
