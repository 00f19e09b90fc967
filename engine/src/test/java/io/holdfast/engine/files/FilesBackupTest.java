package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.restore.Restore;
import io.holdfast.engine.restore.RestoreRequest;
import io.holdfast.engine.restore.TargetRequest;
import io.holdfast.engine.restore.WalChoice;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.Verify;
import io.holdfast.files.posix.Handle;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.SnapshotRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesBackupTest {
  private static final String ANCESTORS = "others may write to the directory for temporary files";

  /// Ahead of all files that tests make, so that their times can be relied on.
  private SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));

  private EngineContext context = context(clock);

  @TempDir Path temporary;

  private Path source = Path.of("/");
  private Settings settings = TestEngine.settings(Path.of("/"));
  private Optional<OpenRepository> opened = Optional.empty();

  @BeforeEach
  void makeRepository() throws IOException {
    Path root = temporary.toRealPath();
    source = Files.createDirectory(root.resolve("source"));
    settings = TestEngine.settings(root.resolve("repository"));
    new RepositoryAccess(context).init(settings).repository().close();
    opened = Optional.of(new RepositoryAccess(context).open(settings));
  }

  @AfterEach
  void closeRepository() {
    opened.ifPresent(OpenRepository::close);
  }

  @Test
  void everythingComesBack() throws IOException {
    FileTrees.makeEverything(source);
    FilesBackupReport report = backUp();
    assertThat(report.problems()).isEmpty();
    assertThat(report.name()).startsWith("main_files_");

    Path restored = restore("latest", Existing.REFUSE);

    FileTrees.requireEqual(source, restored);
    assertThat(blocks(restored.resolve("sparse"))).isLessThan(1_000);
    assertThat(blocks(restored.resolve("hole"))).isLessThan(100);
    assertThat(new Verify(context, repository()).all().findings()).isEmpty();
  }

  @Test
  void theJudgeSeesWhatDiffers() throws IOException {
    FileTrees.makeEverything(source);
    backUp();
    Path restored = restore("latest", Existing.REFUSE);
    Files.writeString(restored.resolve("a/x"), "jello");
    Files.setLastModifiedTime(
        restored.resolve("a/big"), FileTime.from(Instant.ofEpochSecond(1_000)));
    assertThat(FileTrees.differences(source, restored))
        .contains(">fc")
        .contains(".f..t...... a/big");
  }

  @Test
  void whatIsUnchangedIsNotReadAgain() throws IOException {
    FileTrees.makeEverything(source);
    FilesBackupReport first = backUp();
    FilesBackupReport second = backUp();
    assertThat(second.changed()).as(ANCESTORS).isLessThanOrEqualTo(1);
    assertThat(second.unchanged() + second.changed()).isEqualTo(first.changed());
    assertThat(second.backup().record().storedBytes()).isLessThan(4_000);

    Files.writeString(source.resolve("a/x"), "jello");
    FilesBackupReport third = backUp();
    // The file and its two other names, whose change time is the same one.
    assertThat(third.changed()).as(ANCESTORS).isBetween(3L, 4L);
    FileTrees.requireEqual(source, restore("latest", Existing.REFUSE));
  }

  @Test
  void nothingOfAnUnchangedFileIsRead() throws IOException {
    int bytes = 64 << 20;
    Files.write(source.resolve("large"), new byte[bytes]);
    backUp();
    long before = FilesEstimateTest.bytesReadByThisProcess();
    assertThat(backUp().unchanged()).isPositive();
    long readUnchanged = FilesEstimateTest.bytesReadByThisProcess() - before;
    assertThat(readUnchanged).isLessThan(bytes / 2);

    Files.writeString(source.resolve("large"), "more", StandardOpenOption.APPEND);
    backUp();
    assertThat(FilesEstimateTest.bytesReadByThisProcess() - before - readUnchanged)
        .as("a changed one is seen to be read")
        .isGreaterThan(bytes);
  }

  @Test
  void aFileThatWasWrittenJustBeforeIsReadAgainTheNextTime() throws IOException {
    Files.writeString(source.resolve("f"), "1");
    clock = new SettableClock(TestEngine.context().clock().instant());
    context = context(clock);
    backUp();
    assertThat(backUp().changed()).as("its times cannot be relied on yet").isGreaterThan(1);
    clock.advance(Duration.ofSeconds(60));
    backUp();
    assertThat(backUp().changed()).as(ANCESTORS).isLessThanOrEqualTo(1);
  }

  @Test
  void partsComeBackAloneAndLinksStayWhole() throws IOException {
    FileTrees.makeEverything(source);
    backUp();
    Path to = temporary.resolve("part");
    FilesRestoreReport report =
        restore(
            "latest",
            to,
            List.of(source.resolve("a-b").toString(), source.resolve("z-hard") + "/"),
            Existing.REFUSE);
    assertThat(report.problems()).isEmpty();
    Path restored = to.resolve(source.toString().substring(1));
    try (var entries = Files.list(restored)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("a-b", "z-hard");
    }
    FileTrees.requireEqual(source.resolve("a-b"), restored.resolve("a-b"));
    assertThat(Files.readString(restored.resolve("z-hard"))).isEqualTo("hello");
    assertThat(Files.getAttribute(restored.resolve("z-hard"), "unix:nlink")).isEqualTo(2);
    assertThatThrownBy(
            () -> restore("latest", to.resolve("x"), List.of("/no/such"), Existing.REFUSE))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
  }

  @Test
  void aDeltaRestoreFetchesOnlyWhatDiffers() throws IOException {
    FileTrees.makeEverything(source);
    backUp();
    Path restored = restore("latest", Existing.REFUSE);
    byte[] big = Files.readAllBytes(restored.resolve("a/big"));
    big[1_500_000] ^= 1;
    Files.write(restored.resolve("a/big"), big);
    Files.delete(restored.resolve("a/deep/er/ünï 😀"));
    Files.delete(restored.resolve("link"));
    Files.writeString(restored.resolve("link"), "not a link");
    Files.delete(restored.resolve("a-b/hard"));
    Files.writeString(restored.resolve("a-b/hard"), "not the same file");
    Files.setLastModifiedTime(restored.resolve("a-b"), FileTime.from(Instant.ofEpochSecond(5)));

    FilesRestoreReport report =
        restore("latest", temporary.resolve("out"), List.of(), Existing.UPDATE);

    FileTrees.requireEqual(source, restored);
    assertThat(report.problems()).isEmpty();
    assertThat(report.written()).isEqualTo(3);
    assertThat(report.fetchedBytes()).isLessThan(600_000);

    FilesRestoreReport again =
        restore("latest", temporary.resolve("out"), List.of(), Existing.UPDATE);
    assertThat(again.written()).isZero();
  }

  @Test
  void aChangeThatKeptSizeAndTimeIsFoundByContent() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    backUp();
    Path restored = restore("latest", Existing.REFUSE);
    FileTime time = Files.getLastModifiedTime(restored.resolve("f"));
    Files.writeString(restored.resolve("f"), "jello");
    Files.setLastModifiedTime(restored.resolve("f"), time);

    Path out = temporary.resolve("out");
    assertThat(restore("latest", out, List.of(), Existing.UPDATE).written()).isZero();
    assertThat(restore("latest", out, List.of(), Existing.UPDATE_BY_CONTENT).written())
        .isEqualTo(1);
    FileTrees.requireEqual(source, restored);
  }

  @Test
  void aTargetThatHoldsSomethingIsRefused() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    backUp();
    restore("latest", Existing.REFUSE);
    assertThatThrownBy(() -> restore("latest", Existing.REFUSE))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NOT_EMPTY));
  }

  @Test
  void listAndDiffSayWhatIsThere() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    Files.writeString(source.resolve("g"), "x");
    Files.writeString(source.resolve("h"), "x");
    String first = backUp().name();
    Files.writeString(source.resolve("f"), "jello");
    Files.delete(source.resolve("g"));
    Files.setPosixFilePermissions(
        source.resolve("h"), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Files.createSymbolicLink(source.resolve("i"), Path.of("f"));
    String second = backUp().name();

    List<String> changes = new ArrayList<>();
    new FilesListing(repository())
        .diff(first, second, "main", change -> changes.add(change.describe()));
    String at = source + "/";
    assertThat(changes)
        .filteredOn(change -> change.contains(source.toString()))
        .containsExactly(
            "m " + source, "M " + at + "f", "- " + at + "g", "m " + at + "h", "+ " + at + "i");
    List<String> lines = new ArrayList<>();
    new FilesListing(repository()).list("latest", "main", entry -> lines.add(entry.describe()));
    assertThat(lines).anyMatch(line -> line.startsWith("-rw-------") && line.endsWith(at + "h"));
    assertThat(lines).anyMatch(line -> line.startsWith("l") && line.endsWith(at + "i -> f"));
  }

  @Test
  void theRepositoryItselfIsLeftOut() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    FilesBackupReport report =
        new FilesBackup(context, repository())
            .run(settings, request(List.of(temporary.toRealPath())));
    List<String> lines = new ArrayList<>();
    new FilesListing(repository())
        .list(report.name(), "main", entry -> lines.add(entry.describe()));
    assertThat(lines).anyMatch(line -> line.endsWith("/source/f"));
    assertThat(lines).noneMatch(line -> line.contains("/repository"));
  }

  @Test
  void eachKindOfBackupIsRestoredByItsOwnCommandOnly() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    String files = backUp().name();
    commitPhysical("cluster-backup");

    assertThatThrownBy(() -> restore("cluster-backup", Existing.REFUSE))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT))
        .hasMessageContaining("kind physical, not files");
    assertThatThrownBy(
            () ->
                new Restore(context, repository())
                    .plan(
                        new RestoreRequest(
                            files,
                            "main",
                            temporary.resolve("cluster"),
                            new TargetRequest.Latest(),
                            Optional.empty(),
                            Optional.empty(),
                            Map.of(),
                            Optional.empty(),
                            Optional.empty(),
                            WalChoice.parse("auto"))))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT))
        .hasMessageContaining("kind files, not physical");
    FileTrees.requireEqual(source, restore("latest", Existing.REFUSE));
  }

  private void commitPhysical(String name) throws IOException {
    try (BackupSession session = repository().repository().beginSession()) {
      session.commit(
          new SnapshotRecord(
              name,
              "main",
              "physical",
              "full",
              Optional.empty(),
              clock.instant().plusSeconds(9),
              clock.instant().plusSeconds(9),
              0,
              0,
              0,
              new TreeMap<>(),
              new TreeMap<>()));
    }
  }

  static EngineContext context(InstantSource clock) {
    return new EngineContext(
        clock, Entropy.secure(), Pause.real(), Progress.NONE, new Cancellation(), Map.of());
  }

  private FilesBackupReport backUp() {
    clock.advance(Duration.ofSeconds(1));
    return new FilesBackup(context, repository()).run(settings, request(List.of(source)));
  }

  private static FilesBackupRequest request(List<Path> paths) {
    return new FilesBackupRequest(
        paths, List.of(), FilesBackupRequest.Caches.INCLUDED, FilesBackupRequest.Mounts.CROSSED);
  }

  /// Restores everything, requires that nothing failed, and answers where the source is now.
  private Path restore(String backup, Existing existing) {
    Path to = temporary.resolve("out");
    FilesRestoreReport report = restore(backup, to, List.of(), existing);
    assertThat(report.warnings()).isEmpty();
    return to.resolve(source.toString().substring(1));
  }

  private FilesRestoreReport restore(
      String backup, Path to, List<String> paths, Existing existing) {
    FilesRestore restore = new FilesRestore(context, repository());
    return restore.execute(
        restore.plan(new FilesRestoreRequest(backup, "main", to, paths, existing, Owners.BY_NAME)));
  }

  private OpenRepository repository() {
    return opened.orElseThrow();
  }

  static long blocks(Path file) throws IOException {
    try (Handle in = Handle.openDirectory(file.resolveSibling("."))) {
      return in.status(FileTrees.name(file.getFileName().toString())).blocks();
    }
  }
}
