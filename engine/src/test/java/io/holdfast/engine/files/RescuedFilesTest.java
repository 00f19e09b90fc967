package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.files.posix.Accounts;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the stand-alone reader (`reader/HoldfastReader.java`), run as a user would run it, makes of
/// backups of files.
class RescuedFilesTest {
  private static final String RENAMED =
      "o" + Character.toString(0x10ffff) + Character.toString(0x10ffc3);

  private final SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));
  private final EngineContext context = FilesBackupTest.context(clock);

  @TempDir Path temporary;

  private Path source = Path.of("/");
  private Settings settings = TestEngine.settings(Path.of("/"));

  @BeforeEach
  void makeRepository() throws IOException {
    Path root = temporary.toRealPath();
    source = Files.createDirectory(root.resolve("source"));
    settings = TestEngine.settings(root.resolve("repository"));
    new RepositoryAccess(context).init(settings).repository().close();
  }

  @Test
  void everythingComesBackButWhatJavaCannotMake() throws IOException {
    FileTrees.makeEverything(source);
    backUp();

    Rescue rescue = rescue("latest");

    assertThat(rescue.status()).as(rescue.toString()).isZero();
    assertThat(FileTrees.differences(source, restored()).lines())
        .containsExactlyInAnyOrderElementsOf(
            either(
                List.of(),
                List.of(
                    "cD+++++++++ loop",
                    "cD+++++++++ null",
                    ".d...p...ax a-b/",
                    ".L........x link -> a/x"),
                List.of(
                    "cS+++++++++ pipe",
                    "cS+++++++++ socket",
                    "*deleting   " + RENAMED,
                    ">f+++++++++ o\\#377\\#303")));
    assertThat(rescue.err().lines().map(line -> line.replace(source.toString().substring(1), "…")))
        .containsExactlyInAnyOrderElementsOf(
            either(
                List.of(),
                List.of(
                    "warning: 2 devices are not restored, the first is '…/loop'",
                    "warning: 2 access lists are not restored, the first is '…/a-b'",
                    "warning: 2 attributes of the system (trusted, security) are not restored,"
                        + " the first is '…/link'"),
                List.of(
                    "warning: 1 pipes are not restored, the first is '…/pipe'",
                    "warning: 1 sockets are not restored, the first is '…/socket'",
                    "warning: 1 names are no text: U+10FF00 + b stands for each byte b that is none,"
                        + " the first is '…/"
                        + RENAMED
                        + "'")));
  }

  private static List<String> either(List<String> user, List<String> root, List<String> both) {
    return Stream.concat(both.stream(), (Accounts.isRoot() ? root : user).stream()).toList();
  }

  private void backUp() {
    clock.advance(Duration.ofSeconds(1));
    try (OpenRepository repository = new RepositoryAccess(context).open(settings)) {
      FilesBackupRequest request =
          new FilesBackupRequest(
              List.of(source),
              List.of(),
              FilesBackupRequest.Caches.INCLUDED,
              FilesBackupRequest.Mounts.CROSSED);
      assertThat(new FilesBackup(context, repository).run(settings, request).problems()).isEmpty();
    }
  }

  private record Rescue(int status, String out, String err) {}

  private Path restored() {
    return temporary.resolve("out").resolve(source.toString().substring(1));
  }

  private Rescue rescue(String backup) throws IOException {
    Path out = temporary.resolve("stdout");
    Path err = temporary.resolve("stderr");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", zstd()));
    command.add(Path.of("..", "reader", "HoldfastReader.java").toString());
    command.addAll(List.of("extract", settings.repository(), backup));
    command.addAll(List.of("--to", temporary.resolve("out").toString()));
    ProcessBuilder reader = new ProcessBuilder(command);
    reader.environment().put("BACKUP_ENCRYPTION_KEY", TestEngine.KEY);
    reader.environment().put("LC_ALL", "C.UTF-8");
    Process process = reader.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      int status = process.waitFor();
      return new Rescue(status, Files.readString(out), Files.readString(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String zstd() {
    try {
      return Path.of(
              Class.forName("com.github.luben.zstd.Zstd")
                  .getProtectionDomain()
                  .getCodeSource()
                  .getLocation()
                  .toURI())
          .toString();
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
