package io.holdfast.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.copy.CopyRequest;
import io.holdfast.engine.files.FilesBackupReport;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesRestoreRequest;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.testing.TestEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HoldfastTest {
  private static final int THREADS = 4;

  @TempDir Path temporary;

  private Path root = Path.of("/");
  private Options options = Options.of(TestEngine.settings(Path.of("/")));

  @BeforeEach
  void nameRepository() throws IOException {
    root = temporary.toRealPath();
    options = Options.of(TestEngine.settings(root.resolve("repository")));
  }

  @Test
  void whatIsBackedUpIsListedRestoredVerifiedAndForgotten() throws IOException {
    FilesBackupRequest request = request(tree("letters"));
    try (Holdfast holdfast = Holdfast.create(options).holdfast()) {
      FilesBackupReport first = holdfast.files().backup(request);
      Files.writeString(root.resolve("letters/b"), "later");
      FilesBackupReport second = holdfast.files().backup(request);

      List<String> changed = new ArrayList<>();
      holdfast.files().compare(first.name(), "latest", change -> changed.add(change.describe()));
      assertThat(changed).anyMatch(line -> line.startsWith("+") && line.endsWith("letters/b"));
      assertThat(names(holdfast)).containsExactly(first.name(), second.name());
      assertThat(holdfast.maintenance().verify(first.name()).isClean()).isTrue();

      Path to = root.resolve("restored");
      assertThat(holdfast.files().restore(restore(first.name(), to)).isComplete()).isTrue();
      assertThat(to.resolve(root.resolve("letters/a").toString().substring(1))).hasContent("alpha");

      holdfast
          .snapshots()
          .forget(holdfast.snapshots().planForget(List.of(first.name()), Forget.Newest.KEPT));
      assertThat(holdfast.maintenance().prune(PruneRequest.DEFAULT).isWhole()).isTrue();
      assertThat(names(holdfast)).containsExactly(second.name());
      assertThat(holdfast.maintenance().check().isClean()).isTrue();
    }
  }

  @Test
  void aWrongKeyIsKnownWhenARepositoryIsOpened() {
    Holdfast.create(options).holdfast().close();
    KeySource wrong = new KeySource.Hex(new Secret("ab".repeat(32)));
    Options others =
        options.with(Settings.of(root.resolve("repository").toString(), wrong).withSource("main"));
    assertFails(() -> Holdfast.open(others), ErrorCode.KEY_WRONG);
  }

  @Test
  void whatIsNotOpenedYetIsOpenedByTheFirstOperationThatCan() throws IOException {
    Path tree = tree("letters");
    try (Holdfast holdfast = Holdfast.of(options)) {
      assertFails(() -> holdfast.snapshots().list(), ErrorCode.REPOSITORY_MISSING);
      Holdfast.create(options).holdfast().close();
      assertThat(names(holdfast)).isEmpty();
      assertThat(holdfast.files().backup(request(tree)).isComplete()).isTrue();
    }
  }

  @Test
  void aBackupGoesToOthersToo() throws IOException {
    Path tree = tree("letters");
    Options elsewhere = options.with(TestEngine.settings(root.resolve("elsewhere")));
    Options nowhere = options.with(TestEngine.settings(root.resolve("nowhere")));
    try (Holdfast holdfast = Holdfast.create(options).holdfast();
        Holdfast other = Holdfast.createLike(elsewhere, holdfast).holdfast()) {
      var spread = holdfast.files().backup(request(tree), List.of(nowhere, elsewhere));
      assertThat(spread.outcomes())
          .extracting(outcome -> outcome.isThere())
          .containsExactly(true, false, true);
      assertThat(names(other)).containsExactly(spread.report().name());
    }
  }

  @Test
  void aBackupGoesToOthersIfThisOneIsOutOfReach() throws IOException {
    Path tree = tree("letters");
    Options elsewhere = options.with(TestEngine.settings(root.resolve("elsewhere")));
    Holdfast.create(elsewhere).holdfast().close();
    try (Holdfast holdfast = Holdfast.of(options)) {
      assertThat(holdfast.files().backup(request(tree), List.of(elsewhere)).outcomes())
          .extracting(outcome -> outcome.isThere())
          .containsExactly(false, true);
    }
  }

  @Test
  void whatIsCopiedIsInTheOther() throws IOException {
    Path tree = tree("letters");
    Options elsewhere = options.with(TestEngine.settings(root.resolve("elsewhere")));
    CopyRequest all = new CopyRequest(List.of(), Optional.empty(), CopyRequest.Wal.ALL);
    try (Holdfast holdfast = Holdfast.create(options).holdfast();
        Holdfast other = Holdfast.create(elsewhere).holdfast()) {
      holdfast.files().backup(request(tree));
      assertThat(holdfast.copies().run(all, other).isWhole()).isTrue();
      assertThat(names(other)).isEqualTo(names(holdfast)).hasSize(1);
    }
  }

  @Test
  void threadsShareOneOpenRepository() throws IOException {
    List<Path> trees = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      trees.add(tree("tree" + i));
    }
    Holdfast.create(options).holdfast().close();
    try (Holdfast holdfast = Holdfast.of(options)) {
      CountDownLatch together = new CountDownLatch(THREADS);
      ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
      try (Workers workers = Workers.platform("backup")) {
        for (Path tree : trees) {
          workers.start(
              () -> {
                together.countDown();
                together.await();
                made.add(holdfast.files().backup(request(tree)).name());
                assertThat(holdfast.maintenance().check().isClean()).isTrue();
              });
        }
        workers.join();
      }
      assertThat(names(holdfast)).containsExactlyInAnyOrderElementsOf(made).hasSize(THREADS);
      assertThat(holdfast.maintenance().verifyAll().isClean()).isTrue();
    }
  }

  @Test
  void anOperationTellsItsOwnWatchAndEndsByIt() throws IOException {
    Path tree = tree("letters");
    try (Holdfast holdfast = Holdfast.create(options).holdfast()) {
      Watch ended = new Watch(Progress.NONE, new Cancellation());
      Phases phases = new Phases();
      Watch other = new Watch(phases, new Cancellation());
      ended.cancellation().request();
      assertFails(() -> holdfast.files(ended).backup(request(tree)), ErrorCode.CANCELLED);
      assertThat(phases.names).isEmpty();
      assertThat(holdfast.files(other).backup(request(tree)).isComplete()).isTrue();
      assertThat(phases.names).isNotEmpty();
    }
  }

  @Test
  void closingWaitsForWhatRunsAndLetsNothingBegin() throws IOException {
    Path tree = tree("letters");
    Holdfast holdfast = Holdfast.create(options).holdfast();
    Gate gate = new Gate();
    AtomicReference<FilesBackupReport> made = new AtomicReference<>();
    CountDownLatch closed = new CountDownLatch(1);
    try (Workers workers = Workers.platform("operation")) {
      workers.start(
          () ->
              made.set(holdfast.files(new Watch(gate, new Cancellation())).backup(request(tree))));
      gate.requireReached();
      workers.start(
          () -> {
            holdfast.close();
            closed.countDown();
          });
      untilRefused(holdfast);
      assertThat(closed.getCount()).as("closed although a backup runs").isOne();
      gate.open();
      workers.join();
    }
    assertThat(made.get().isComplete()).isTrue();
    assertThat(closed.getCount()).isZero();
    holdfast.close();
    assertThatThrownBy(() -> holdfast.files().backup(request(tree)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  /// Whoever still gets in only lists, which the gate does not hold up.
  private static void untilRefused(Holdfast holdfast) {
    while (true) {
      try {
        var _ = holdfast.snapshots().list();
      } catch (IllegalStateException _) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void anOperationCannotCloseWhatItWorksWith() throws IOException {
    Path tree = tree("letters");
    try (Holdfast holdfast = Holdfast.create(options).holdfast()) {
      holdfast.files().backup(request(tree));
      assertThatThrownBy(() -> holdfast.files().list("latest", _ -> closeAfterLooking(holdfast)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(names(holdfast)).hasSize(1);
    }
  }

  @Test
  void anOperationMayBeginAnother() throws IOException {
    Path tree = tree("letters");
    List<String> seen = new ArrayList<>();
    try (Holdfast holdfast = Holdfast.create(options).holdfast()) {
      holdfast.files().backup(request(tree));
      holdfast.files().list("latest", _ -> seen.addAll(names(holdfast)));
    }
    assertThat(seen).isNotEmpty();
  }

  @Test
  void nothingPrintsASecret() {
    String secret = "correct horse battery staple";
    Map<String, String> variables = Map.of("BACKUP_PASSPHRASE", secret, "X", secret);
    Settings settings =
        Settings.of(root.resolve("repository").toString(), new KeySource.Passphrase(key(secret)))
            .withUrl(key("postgresql://u:" + secret + "@db/x"));
    Options with = Options.of(settings).withEnvironment(variables);
    Holdfast.Created created = Holdfast.create(with);
    try (Holdfast holdfast = created.holdfast()) {
      assertThat(
              List.of(
                  with.toString(),
                  configuration(variables).toString(),
                  configuration(variables).options().toString(),
                  created.toString(),
                  holdfast.toString(),
                  holdfast.settings().toString()))
          .noneMatch(text -> text.contains(secret))
          .noneMatch(text -> text.contains("key-1:"));
      assertThat(created.recoveryKit().expose()).contains("key-1:");
    }
  }

  @Test
  void theConfigurationIsThatOfTheCommandLine() throws IOException {
    Files.writeString(
        root.resolve("holdfast.yaml"),
        """
        repositories:
          main: {url: %s}
          second: {url: /srv/second}
        sources:
          main: {repository: main, slot: its_slot}
        """
            .formatted(root.resolve("named")));
    Configuration configuration = configuration(Map.of("BACKUP_ENCRYPTION_KEY", TestEngine.KEY));
    Options first = configuration.options();
    assertThat(first.settings().repository()).isEqualTo(root.resolve("named").toString());
    assertThat(first.settings().slot()).isEqualTo("its_slot");
    Options second =
        configuration.second(
            io.holdfast.engine.config.Flags.NONE, "second", Optional.empty(), first);
    assertThat(second.settings().repository()).isEqualTo("/srv/second");
    assertThat(second.settings().key()).isEqualTo(first.settings().key());
  }

  /// The operation inside has ended when it is closed, and the one around it has not.
  private static void closeAfterLooking(Holdfast holdfast) {
    assertThat(names(holdfast)).hasSize(1);
    holdfast.close();
  }

  private Configuration configuration(Map<String, String> variables) {
    return new Configuration(
        new io.holdfast.engine.config.Environment(variables), root, World.real(), Optional.empty());
  }

  private static Secret key(String text) {
    return new Secret(text);
  }

  private Path tree(String name) throws IOException {
    Path tree = Files.createDirectory(root.resolve(name));
    Files.writeString(tree.resolve("a"), "alpha");
    return tree;
  }

  private static FilesBackupRequest request(Path tree) {
    return new FilesBackupRequest(
        List.of(tree),
        List.of(),
        FilesBackupRequest.Caches.INCLUDED,
        FilesBackupRequest.Mounts.CROSSED);
  }

  private static FilesRestoreRequest restore(String backup, Path to) {
    return new FilesRestoreRequest(backup, "main", to, List.of(), Existing.REFUSE, Owners.BY_NAME);
  }

  private static List<String> names(Holdfast holdfast) {
    return holdfast.snapshots().list().backups().stream()
        .map(backup -> backup.record().name())
        .toList();
  }

  private static void assertFails(Runnable operation, ErrorCode code) {
    assertThatThrownBy(operation::run)
        .isInstanceOfSatisfying(BackupException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  /// Remembers what it is told.
  private static class Phases implements Progress {
    final ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();

    @Override
    public void phase(String name, long unitsExpected) {
      names.add(name);
    }

    @Override
    public void advance(long units) {}

    @Override
    public void note(String message) {}
  }

  /// Holds an operation up where its first phase begins.
  private static final class Gate extends Phases {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    @Override
    public void phase(String name, long unitsExpected) {
      super.phase(name, unitsExpected);
      reached.countDown();
      await(opened);
    }

    void requireReached() {
      await(reached);
    }

    void open() {
      opened.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
