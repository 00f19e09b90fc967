package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesBackupRequest.Differences;
import io.holdfast.engine.files.FilesRestoreRequest.Existing;
import io.holdfast.engine.files.FilesRestoreRequest.Owners;
import io.holdfast.engine.maintenance.Prune;
import io.holdfast.engine.maintenance.PruneRequest;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.Verify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Large files in which a little changes from backup to backup: what is stored, and that each
/// generation comes back while others are forgotten and pruned.
class ChangedFilesTest {
  private static final int ROWS = 40_000;
  private static final int REPOSITORIES = 8;

  /// Ahead of all files that tests make, so that their times can be relied on.
  private final SettableClock clock =
      new SettableClock(TestEngine.context().clock().instant().plusSeconds(3_600));

  private final EngineContext context =
      new EngineContext(
          clock, Entropy.secure(), Pause.real(), Progress.NONE, new Cancellation(), Map.of());

  @TempDir Path temporary;

  private Path source = Path.of("/");
  private Settings settings = TestEngine.settings(Path.of("/"));
  private OpenRepository opened;

  @BeforeEach
  void makeRepository() throws IOException {
    Path root = temporary.toRealPath();
    source = Files.createDirectory(root.resolve("source"));
    settings = TestEngine.settings(root.resolve("repository"));
    new RepositoryAccess(context).init(settings).repository().close();
    opened = new RepositoryAccess(context).open(settings);
  }

  @AfterEach
  void closeRepository() {
    opened.close();
  }

  /// Where a dump is cut depends on the repository's key, and how much of a change falls together
  /// with a cut is chance; so the mean of several repositories is looked at. Their keys are drawn
  /// with a seed.
  @Test
  void ofADumpInWhichOneRowInAHundredChangedLittleIsStored() throws IOException {
    long first = 0;
    long second = 0;
    for (int seed = 0; seed < REPOSITORIES; seed++) {
      openAnother(seed);
      int[] versions = new int[ROWS];
      writeRows(versions);
      first += backUp(Differences.ALLOWED);
      change(versions, Seeds.random(seed), ROWS / 100);
      writeRows(versions);
      second += backUp(Differences.ALLOWED);
      FileTrees.requireEqual(source, restore("second" + seed));
    }
    assertThat(second).isLessThan(first / 20);
  }

  @Test
  void withoutDifferencesADumpInWhichOneRowInAHundredChangedIsStoredAgain() throws IOException {
    int[] versions = new int[ROWS];
    writeRows(versions);
    long first = backUp(Differences.NONE);
    change(versions, Seeds.random(2), ROWS / 100);
    writeRows(versions);
    assertThat(backUp(Differences.NONE)).isGreaterThan(first / 2);
  }

  @Test
  void everyGenerationComesBackWhileOthersAreForgottenAndPruned() throws IOException {
    SplittableRandom random = Seeds.random(3);
    int[] versions = new int[ROWS];
    byte[] image = new byte[3_000_000];
    random.nextBytes(image);
    for (int generation = 0; generation < 8; generation++) {
      writeRows(versions);
      Files.write(source.resolve("image"), image);
      var _ = backUp(Differences.ALLOWED);
      if (generation > 1) {
        opened.repository().forget(List.of(opened.repository().snapshots().getFirst().id()));
        assertThat(new Prune(context, opened).run(all()).isWhole()).isTrue();
      }
      FileTrees.requireEqual(source, restore("generation" + generation));
      assertThat(new Verify(context, opened).all().findings()).isEmpty();
      change(versions, random, ROWS / 200);
      image = edited(image, random);
    }
    assertThat(opened.repository().snapshots()).hasSize(2);
  }

  private void openAnother(int seed) throws IOException {
    opened.close();
    settings = TestEngine.settings(temporary.toRealPath().resolve("repository" + seed));
    EngineContext drawn =
        new EngineContext(
            clock, Seeds.entropy(seed), Pause.real(), Progress.NONE, new Cancellation(), Map.of());
    new RepositoryAccess(drawn).init(settings).repository().close();
    opened = new RepositoryAccess(context).open(settings);
  }

  private static PruneRequest all() {
    return new PruneRequest(0, 100, Duration.ofHours(1), Duration.ZERO, Set.of());
  }

  /// Rows as `COPY` writes them; what is in a row depends on its version.
  private void writeRows(int[] versions) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < versions.length; row++) {
      SplittableRandom same = Seeds.random(row);
      SplittableRandom fresh = Seeds.random(row * 1_000L + versions[row]);
      text.append(row).append('\t').append(same.nextInt(100_000)).append('\t');
      text.append(fresh.nextInt(2_000_000) - 1_000_000).append('\t');
      text.append(Long.toHexString(same.nextLong())).append('\n');
    }
    Files.write(source.resolve("dump"), text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void change(int[] versions, SplittableRandom random, int rows) {
    for (int i = 0; i < rows; i++) {
      versions[random.nextInt(versions.length)]++;
    }
  }

  /// A few bytes written over at random, and a stretch inserted.
  private static byte[] edited(byte[] image, SplittableRandom random) {
    for (int i = 0; i < 20; i++) {
      image[random.nextInt(image.length)]++;
    }
    int at = random.nextInt(image.length);
    byte[] fresh = new byte[random.nextInt(100_000)];
    random.nextBytes(fresh);
    byte[] next = new byte[image.length + fresh.length];
    System.arraycopy(image, 0, next, 0, at);
    System.arraycopy(fresh, 0, next, at, fresh.length);
    System.arraycopy(image, at, next, at + fresh.length, image.length - at);
    return next;
  }

  /// What the backup stored.
  private long backUp(Differences differences) {
    clock.advance(Duration.ofSeconds(10));
    FilesBackupRequest request =
        new FilesBackupRequest(
            List.of(source),
            List.of(),
            FilesBackupRequest.Caches.INCLUDED,
            FilesBackupRequest.Mounts.CROSSED,
            differences);
    return new FilesBackup(context, opened).run(settings, request).backup().record().storedBytes();
  }

  private Path restore(String name) {
    Path to = temporary.resolve(name);
    FilesRestore restore = new FilesRestore(context, opened);
    FilesRestoreReport report =
        restore.execute(
            restore.plan(
                new FilesRestoreRequest(
                    "latest", "main", to, List.of(), Existing.REFUSE, Owners.BY_NAME)));
    assertThat(report.warnings()).isEmpty();
    return to.resolve(source.toString().substring(1));
  }
}
