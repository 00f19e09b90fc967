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
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the stand-alone reader (`reader/HoldfastReader.java`), run as a user would run it, makes of
/// backups of files.
class RescuedFilesTest {
  private static final int READER_SECONDS = 300;
  private static final String RENAMED =
      "o" + Character.toString(0x10ffff) + Character.toString(0x10ffc3);

  private final SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));
  private final EngineContext context = FilesBackupTest.context(clock);

  @TempDir Path temporary;

  private Path source = Path.of("/");
  private Path to = Path.of("/");
  private Settings settings = TestEngine.settings(Path.of("/"));

  @BeforeEach
  void makeRepository() throws IOException {
    Path root = temporary.toRealPath();
    source = Files.createDirectory(root.resolve("source"));
    to = root.resolve("out");
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
                    "warning: 1 names are no text: U+10FF00 + b stands for each byte b that is"
                        + " none, the first is '…/"
                        + RENAMED
                        + "'")));
  }

  private static List<String> either(List<String> user, List<String> root, List<String> both) {
    return Stream.concat(both.stream(), (Accounts.isRoot() ? root : user).stream()).toList();
  }

  @Test
  void holesComeBackAsHoles() throws IOException {
    FileTrees.makeEverything(source);
    backUp();
    assertThat(rescue("latest").status()).isZero();
    assertThat(FilesBackupTest.blocks(restored().resolve("sparse"))).isLessThan(1_000);
    assertThat(FilesBackupTest.blocks(restored().resolve("hole"))).isLessThan(100);
  }

  @Test
  void whatChangedBetweenTwoBackupsComesBackOfEach() throws IOException {
    Random random = new Random(4);
    byte[] text = new byte[200_000];
    random.nextBytes(text);
    Files.write(source.resolve("grows"), text);
    Files.writeString(source.resolve("goes"), "soon gone");
    String first = backUp();
    Path kept = copy();
    text[100_000] ^= 1;
    Files.write(source.resolve("grows"), text);
    Files.delete(source.resolve("goes"));
    Files.createDirectory(source.resolve("comes"));
    backUp();

    assertThat(rescue("latest").status()).isZero();
    FileTrees.requireEqual(source, restored());
    to = temporary.resolve("out-first");
    assertThat(rescue(first).status()).isZero();
    FileTrees.requireEqual(kept, restored());
  }

  @Test
  void ofADamagedPackAllThatIsWholeComesBack() throws IOException {
    Files.createDirectory(source.resolve("d"));
    byte[] big = new byte[3_000_000];
    new Random(5).nextBytes(big);
    Files.write(source.resolve("d/big"), big);
    Files.writeString(source.resolve("e"), "small");
    Files.createLink(source.resolve("f"), source.resolve("d/big"));
    backUp();
    try (RandomAccessFile pack = new RandomAccessFile(largestPack().toFile(), "rw")) {
      pack.seek(1_500_000);
      pack.write(new byte[20]);
    }

    Rescue rescue = rescue("latest");

    assertThat(rescue.status()).as(rescue.toString()).isEqualTo(4);
    assertThat(rescue.err().lines())
        .anyMatch(line -> line.matches("warning: damaged: .*/d/big is left out: .* damaged.*"))
        .anyMatch(line -> line.matches("warning: damaged: .*/f is left out: .*"))
        .contains("error: damaged: 2 entries are left out");
    assertThat(FileTrees.differences(source, restored()).lines())
        .containsExactlyInAnyOrder(">f+++++++++ d/big", "hf+++++++++ f => d/big");
  }

  /// The name of the new backup.
  private String backUp() {
    clock.advance(Duration.ofSeconds(1));
    try (OpenRepository repository = new RepositoryAccess(context).open(settings)) {
      FilesBackupRequest request =
          new FilesBackupRequest(
              List.of(source),
              List.of(),
              FilesBackupRequest.Caches.INCLUDED,
              FilesBackupRequest.Mounts.CROSSED);
      FilesBackupReport report = new FilesBackup(context, repository).run(settings, request);
      assertThat(report.problems()).isEmpty();
      return report.name();
    }
  }

  private Path copy() throws IOException {
    Path copy = temporary.resolve("kept");
    Files.createDirectory(copy);
    Files.copy(source.resolve("grows"), copy.resolve("grows"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(source.resolve("goes"), copy.resolve("goes"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.setLastModifiedTime(copy, Files.getLastModifiedTime(source));
    return copy;
  }

  private Path largestPack() throws IOException {
    try (Stream<Path> files = Files.walk(temporary.resolve("repository/packs"))) {
      return files
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private record Rescue(int status, String out, String err) {}

  private Path restored() {
    return to.resolve(source.toString().substring(1));
  }

  private Rescue rescue(String backup) throws IOException {
    Path out = temporary.resolve("stdout");
    Path err = temporary.resolve("stderr");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", zstd()));
    command.add(Path.of("..", "reader", "HoldfastReader.java").toString());
    command.addAll(List.of("extract", settings.repository(), backup));
    command.addAll(List.of("--to", to.toString()));
    ProcessBuilder reader = new ProcessBuilder(command);
    reader.environment().put("BACKUP_ENCRYPTION_KEY", TestEngine.KEY);
    reader.environment().put("LC_ALL", "C.UTF-8");
    Process process = reader.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      assertThat(process.waitFor(READER_SECONDS, TimeUnit.SECONDS)).as("the reader ends").isTrue();
      int status = process.exitValue();
      return new Rescue(status, Files.readString(out), Files.readString(err));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
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
