package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.KeyFiles;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.files.posix.Changes;
import io.holdfast.files.posix.Handle;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What an estimate says is what the backup after it does, and finding it out leaves no trace.
class FilesEstimateTest {
  private static final String ANCESTORS = "others may write to the directory for temporary files";

  private final SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));
  private final EngineContext context =
      new EngineContext(
          clock, Entropy.secure(), Pause.real(), Progress.NONE, new Cancellation(), Map.of());

  @TempDir Path temporary;

  private Path source = Path.of("/");
  private Path directory = Path.of("/");
  private Settings settings = TestEngine.settings(Path.of("/"));
  private Optional<OpenRepository> opened = Optional.empty();

  @BeforeEach
  void makeRepository() throws IOException {
    Path root = temporary.toRealPath();
    source = Files.createDirectory(root.resolve("source"));
    directory = root.resolve("repository");
    settings = TestEngine.settings(directory);
    new RepositoryAccess(context).init(settings).repository().close();
    opened = Optional.of(new RepositoryAccess(context).open(settings));
  }

  @AfterEach
  void closeRepository() {
    opened.ifPresent(OpenRepository::close);
  }

  @Test
  void beforeTheFirstBackupEverythingIsNewAndWouldBeRead() throws IOException {
    FileTrees.makeEverything(source);

    FilesEstimate estimate = estimate(request());
    assertThat(estimate.comparedWith()).isEmpty();
    assertThat(estimate.changes().added()).isEqualTo(estimate.entries().count());
    assertThat(estimate.readBytes()).isEqualTo(estimate.entries().bytes());
    assertThat(estimate.isComplete()).isTrue();
    assertThat(estimate.describe())
        .contains("  there is no backup to compare with")
        .contains("  would read " + new ByteSize(estimate.readBytes()));
    assertThat(estimate.readBytes()).isBetween(4_000_000L, 4_100_000L);

    requireDone(estimate, backUp(request()), List.of());
  }

  @Test
  void afterChangesItTellsThemAsTheBackupDoes() throws IOException {
    FileTrees.makeEverything(source);
    String first = backUp(request()).name();
    assertThat(estimate(request()).changes().changed()).as(ANCESTORS).isLessThanOrEqualTo(1);
    assertThat(estimate(request()).readBytes()).isZero();
    Files.writeString(source.resolve("a/deep/er/ünï 😀"), "another text");
    Files.delete(source.resolve("a-b/empty"));
    Files.delete(source.resolve("a/zeros"));
    Files.createDirectory(source.resolve("fresh"));
    Files.writeString(source.resolve("fresh/file"), "12345");
    Files.createSymbolicLink(source.resolve("fresh/link"), Path.of("file"));

    FilesEstimate estimate = estimate(request());
    assertThat(estimate.comparedWith()).contains(first);
    assertThat(estimate.changes().added()).isEqualTo(3);
    assertThat(estimate.changes().removed()).isEqualTo(2);
    assertThat(estimate.readBytes()).isEqualTo("another text".length() + "12345".length());

    FilesBackupReport report = backUp(request());
    List<EntryChange> changes = new ArrayList<>();
    new FilesListing(repository()).diff(first, report.name(), "main", changes::add);
    requireDone(estimate, report, changes);
  }

  @Test
  void whatIsLeftOutOfTheBackupIsLeftOutOfTheEstimate() throws IOException {
    FileTrees.makeEverything(source);
    Path cache = Files.createDirectory(source.resolve("cache"));
    Files.writeString(
        cache.resolve("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    Files.writeString(cache.resolve("content"), "cached");
    FilesEstimate all = estimate(request());

    FilesBackupRequest some =
        new FilesBackupRequest(
            // The repository lies in it, and never belongs to what is backed up.
            List.of(temporary.toRealPath()),
            List.of("big", source + "/a/deep/"),
            FilesBackupRequest.Caches.EXCLUDED,
            FilesBackupRequest.Mounts.NOT_CROSSED);
    FilesEstimate estimate = estimate(some);
    assertThat(all.entries().bytes() - estimate.entries().bytes())
        .isEqualTo(3_000_000 + "text".length() + "cached".length());

    requireDone(estimate, backUp(some), List.of());
  }

  @Test
  void aFileWhoseTimesCannotBeReliedOnWouldBeReadAgain() throws IOException {
    Files.writeString(source.resolve("f"), "hello");
    SettableClock now = new SettableClock(TestEngine.context().clock().instant());
    clock.advance(Duration.between(clock.instant(), now.instant()));
    backUp(request());
    clock.advance(Duration.ofSeconds(60));

    assertThat(estimate(request()).readBytes()).isEqualTo(5);
    backUp(request());
    assertThat(estimate(request()).readBytes()).isZero();
  }

  @Test
  void theRepositoryStaysByteForByteAsItWas() throws IOException {
    FileTrees.makeEverything(source);
    backUp(request());
    Files.writeString(source.resolve("a/x"), "jello");
    List<String> before = state();
    Map<String, Long> requests = repository().requests();

    assertThat(estimate(request()).changes().changed()).isPositive();

    assertThat(state()).isEqualTo(before);
    assertThat(repository().requests().get("PUT")).isEqualTo(requests.get("PUT"));
    assertThat(repository().requests().get("DELETE")).isEqualTo(requests.get("DELETE"));
  }

  @Test
  void whoMayOnlyReadTheRepositoryGetsTheEstimateAndNoBackup() throws IOException {
    FileTrees.makeEverything(source);
    backUp(request());
    Files.writeString(source.resolve("new"), "new");
    try (BlobStore store =
            new ReadOnlyStore(
                BlobStores.open(
                    directory.toString(), new StoreContext(clock, Seeds.entropy(1), Map.of())));
        Repository readable =
            Repository.open(
                store,
                KeyFiles.read(settings.key()),
                RepositoryOptions.defaults(clock, Entropy.secure(), _ -> {}))) {
      FilesBackup backup =
          new FilesBackup(context, new OpenRepository(readable, directory.toString()));

      assertThat(backup.estimate(settings, request()).changes().added()).isEqualTo(1);
      assertThatThrownBy(() -> backup.run(settings, request()))
          .isInstanceOfSatisfying(
              BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_ERROR));
    }
  }

  @Test
  void whereTheKeysOfTheDomainAreLostTheEstimateIsRefusedAsTheBackupIs() throws IOException {
    Settings inDomain =
        new Settings(
            settings.repository(),
            settings.key(),
            settings.source(),
            settings.url(),
            settings.directUrl(),
            settings.slot(),
            settings.configFile(),
            settings.limits(),
            "apart");
    Files.writeString(source.resolve("file"), "text");
    Path keys = directory.resolve("keys/domain");
    Set<Path> others = listed(keys);
    var _ = new FilesBackup(context, opened.orElseThrow()).run(inDomain, request());
    Set<Path> lost = listed(keys);
    lost.removeAll(others);
    for (Path key : listed(lost.iterator().next())) {
      Files.delete(key);
    }
    try (OpenRepository repository = new RepositoryAccess(context).open(settings)) {
      FilesBackup backup = new FilesBackup(context, repository);
      for (ThrowingCallable asked :
          List.<ThrowingCallable>of(
              () -> backup.estimate(inDomain, request()), () -> backup.run(inDomain, request()))) {
        assertThatThrownBy(asked)
            .isInstanceOfSatisfying(
                BackupException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_MISSING));
      }
    }
  }

  private static Set<Path> listed(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(Collectors.toCollection(HashSet::new));
    }
  }

  @Test
  void noContentIsRead() throws IOException {
    int bytes = 64 << 20;
    Files.write(source.resolve("large"), new byte[bytes]);
    long before = bytesReadByThisProcess();

    assertThat(estimate(request()).readBytes()).isEqualTo(bytes);

    assertThat(bytesReadByThisProcess() - before).isLessThan(bytes / 2);
  }

  @Test
  void whatCannotBeReachedIsNamedAndIsTheSameInTheBackup() throws Exception {
    makePathThatIsTooLong();
    try {
      FilesEstimate estimate = estimate(request());
      assertThat(estimate.isComplete()).isFalse();
      assertThat(estimate.problems()).hasSize(1).first().asString().contains("4096 bytes");
      assertThat(estimate.warnings()).hasSize(1).first().asString().startsWith("not read: ");
      assertThat(estimate.describe().getLast()).startsWith("  1 more cannot be read");

      FilesBackupReport report = backUp(request());
      assertThat(report.problems()).isEqualTo(estimate.problems());
      requireDone(estimate, report, List.of());
    } finally {
      // No path leads there.
      String tree = source.resolve("d").toString();
      assertThat(new ProcessBuilder("rm", "-r", tree).start().waitFor()).isZero();
    }
  }

  @Test
  void aBackupThatIsDamagedIsNotComparedWith() throws IOException {
    FileTrees.makeEverything(source);
    String first = backUp(request()).name();
    try (Stream<Path> files = Files.walk(directory.resolve("packs"))) {
      for (Path pack : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(pack);
        Arrays.fill(bytes, (byte) 0);
        Files.delete(pack);
        Files.write(pack, bytes);
      }
    }

    FilesEstimate estimate = estimate(request());

    assertThat(estimate.comparedWith()).isEmpty();
    assertThat(estimate.warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains(first + " is damaged, so this one does not build on it");
    assertThat(estimate.changes().added()).isEqualTo(estimate.entries().count());
    assertThat(estimate.changes().removed()).isZero();
  }

  /// The oracle: the backup that was made of the same tree right after the estimate.
  private static void requireDone(
      FilesEstimate estimate, FilesBackupReport report, List<EntryChange> changes) {
    SnapshotRecord record = report.backup().record();
    assertThat(estimate.entries().count()).isEqualTo(record.files());
    assertThat(estimate.entries().bytes()).isEqualTo(record.logicalBytes());
    assertThat(estimate.unread()).isEqualTo(report.unread());
    assertThat(estimate.changes().unchanged())
        .as(ANCESTORS)
        .isCloseTo(report.unchanged(), within(1L));
    assertThat(estimate.changes().added() + estimate.changes().changed())
        .as(ANCESTORS)
        .isCloseTo(report.changed(), within(1L));
    if (estimate.comparedWith().isPresent()) {
      assertThat(estimate.changes().added()).isEqualTo(count(changes, EntryChange.Kind.ADDED));
      assertThat(estimate.changes().removed()).isEqualTo(count(changes, EntryChange.Kind.REMOVED));
    }
  }

  private static long count(List<EntryChange> changes, EntryChange.Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }

  /// A store that says of every write what a directory says to those who may not write.
  private static final class ReadOnlyStore extends ForwardingBlobStore {
    private ReadOnlyStore(BlobStore inner) {
      super(inner);
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      throw new AccessDeniedException(key.value());
    }

    @Override
    public void delete(BlobKey key) throws IOException {
      throw new AccessDeniedException(key.value());
    }
  }

  private void makePathThatIsTooLong() throws IOException {
    byte[] name = FileTrees.name("d".repeat(255));
    Files.createDirectory(source.resolve("d"));
    Handle in = Handle.openDirectory(source.resolve("d"));
    int levels = (4096 - source.resolve("d").toString().length()) / 256 + 1;
    for (int i = 0; i < levels; i++) {
      try (Handle outer = in) {
        Changes.makeDirectory(outer, name);
        in = outer.directory(name);
      }
    }
    in.close();
  }

  static long bytesReadByThisProcess() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith("rchar: "))
        .mapToLong(line -> Long.parseLong(line.substring("rchar: ".length())))
        .sum();
  }

  /// Every file of the repository with its time and bytes.
  private List<String> state() throws IOException {
    List<String> state = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted().toList()) {
        String bytes =
            Files.isRegularFile(file)
                ? HexFormat.of().formatHex(Files.readAllBytes(file)).hashCode()
                    + " "
                    + Files.size(file)
                : "";
        state.add(file + " " + Files.getLastModifiedTime(file) + " " + bytes);
      }
    }
    return state;
  }

  private FilesEstimate estimate(FilesBackupRequest request) {
    return new FilesBackup(context, repository()).estimate(settings, request);
  }

  private FilesBackupReport backUp(FilesBackupRequest request) {
    clock.advance(Duration.ofSeconds(1));
    return new FilesBackup(context, repository()).run(settings, request);
  }

  private FilesBackupRequest request() {
    return new FilesBackupRequest(
        List.of(source),
        List.of(),
        FilesBackupRequest.Caches.INCLUDED,
        FilesBackupRequest.Mounts.CROSSED);
  }

  private OpenRepository repository() {
    return opened.orElseThrow();
  }
}
