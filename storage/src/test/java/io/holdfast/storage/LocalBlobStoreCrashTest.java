package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: after a crash or a loss of power at any step of a put or a removal, a blob is absent or
/// whole, and what was acknowledged holds. Method: run once to count the steps, then end the
/// process at each of them, build every disk that could be left, and read it with a fresh store.
class LocalBlobStoreCrashTest {
  private static final BlobKey EARLIER = new BlobKey("packs/aa/earlier");
  private static final BlobKey KEY = new BlobKey("packs/bb/new");
  private static final byte[] OLD = Seeds.entropy(1).bytes(1000);
  private static final byte[] NEW = Seeds.entropy(2).bytes(3000);

  @TempDir Path directory;
  private int images;

  @Test
  void syncsInTheOrderThatDurabilityNeeds() throws IOException {
    var files = new PowerLossFiles(newRoot());
    LocalBlobStore store = open(files);

    byte[] slices = Seeds.entropy(5).bytes((2 << 20) + 10);
    assertThat(put(store, KEY, slices)).isEqualTo(PutResult.STORED);
    assertThat(put(store, EARLIER, OLD)).isEqualTo(PutResult.STORED);
    assertThat(put(store, KEY, OLD)).isEqualTo(PutResult.ALREADY_PRESENT);
    store.delete(KEY);

    assertThat(files.recorded())
        .containsExactly(
            "mkdir packs",
            "sync directory .",
            "mkdir packs/bb",
            "sync directory packs",
            "mkdir ~tmp",
            "create ~tmp/*",
            "write 1048576",
            "write 1048576",
            "write 10",
            "sync file",
            "link packs/bb/new",
            "delete ~tmp/*",
            "sync directory packs/bb",
            "mkdir packs/aa",
            "sync directory packs",
            "create ~tmp/*",
            "write 1000",
            "sync file",
            "link packs/aa/earlier",
            "delete ~tmp/*",
            "sync directory packs/aa",
            "create ~tmp/*",
            "write 1000",
            "sync file",
            "link packs/bb/new",
            "delete ~tmp/*",
            "sync directory packs/bb",
            "delete packs/bb/new",
            "sync directory packs/bb");
  }

  @Test
  void survivesALossOfPowerAtEveryStep() throws IOException {
    assertThat(firstLoss(_ -> false)).isEmpty();
    assertThat(images).isGreaterThan(50);
  }

  /// The tests above must be able to fail: each sync is needed.
  @ParameterizedTest(name = "without: {0}")
  @ValueSource(
      strings = {
        "sync file",
        "sync directory .",
        "sync directory packs",
        "sync directory packs/aa",
        "sync directory packs/bb"
      })
  void losesDataWhenASyncIsLeftOut(String sync) throws IOException {
    assertThat(firstLoss(sync::equals)).isPresent();
  }

  @Test
  void leavesAnAbsentOrWholeBlobWhenTheProcessDiesAtAnyStep() throws IOException {
    int steps = scenario(new PowerLossFiles(newRoot())).steps();
    for (int step = 1; step <= steps; step++) {
      Path root = newRoot();
      scenario(new PowerLossFiles(root).crashingAfter(step));
      LocalBlobStore after = openReal(root);

      Optional<BlobStore.BlobStat> stat = after.stat(KEY);
      if (stat.isPresent()) {
        assertThat(after.get(KEY, NEW.length)).isEqualTo(NEW);
      }
      List<String> listed = new ArrayList<>();
      after.list("", each -> listed.add(each.key().value()));
      assertThat(listed).isSubsetOf(EARLIER.value(), KEY.value());

      // And the work can be done again.
      PutResult _ = put(after, KEY, NEW);
      assertThat(after.get(KEY, NEW.length)).isEqualTo(NEW);
    }
  }

  /// The first disk on which a promise is broken.
  private Optional<String> firstLoss(Predicate<String> forgotten) throws IOException {
    int steps = scenario(new PowerLossFiles(newRoot()).forgetting(forgotten)).steps();
    for (int step = 1; step <= steps; step++) {
      for (boolean after : new boolean[] {false, true}) {
        Path root = newRoot();
        var files = new PowerLossFiles(root).forgetting(forgotten);
        Acknowledged acknowledged =
            scenario(after ? files.crashingAfter(step) : files.crashingBefore(step));
        Optional<String> loss = lossIn(files, acknowledged);
        if (loss.isPresent()) {
          return loss.map(what -> "step " + files.recorded() + ": " + what);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> lossIn(PowerLossFiles files, Acknowledged acknowledged)
      throws IOException {
    assertThat(files.undecided()).isLessThan(12);
    for (long kept = 0; kept < 1L << files.undecided(); kept++) {
      Path image = newRoot();
      files.materialise(image, kept);
      images++;
      Optional<String> loss = acknowledged.brokenIn(openReal(image));
      if (loss.isPresent()) {
        return loss;
      }
    }
    return Optional.empty();
  }

  /// Puts two blobs, finds one present, removes one, until the files crash.
  private static Acknowledged scenario(PowerLossFiles files) throws IOException {
    var done = new Acknowledged();
    LocalBlobStore store = open(files);
    try {
      PutResult _ = put(store, EARLIER, OLD);
      done.earlierStored = true;
      PutResult _ = put(store, KEY, NEW);
      done.newStored = true;
      done.removing = true;
      store.delete(EARLIER);
      done.removed = true;
    } catch (SimulatedCrash _) {
      // what was acknowledged until here must hold
    }
    done.steps = files.recorded().size();
    return done;
  }

  private static LocalBlobStore open(PowerLossFiles files) {
    return new LocalBlobStore(files.root(), "ext4", files, () -> Instant.EPOCH, Seeds.entropy(3));
  }

  private static LocalBlobStore openReal(Path root) throws IOException {
    return LocalBlobStore.open(root, () -> Instant.EPOCH, Seeds.entropy(4));
  }

  private static PutResult put(BlobStore store, BlobKey key, byte[] bytes) throws IOException {
    return store.putIfAbsent(key, ByteBuffer.wrap(bytes));
  }

  private Path newRoot() throws IOException {
    return Files.createTempDirectory(directory, "root").toRealPath();
  }

  /// What the store has promised so far.
  private static final class Acknowledged {
    private boolean earlierStored;
    private boolean newStored;
    private boolean removing;
    private boolean removed;
    private int steps;

    int steps() {
      return steps;
    }

    Optional<String> brokenIn(BlobStore store) throws IOException {
      boolean hasEarlier = store.stat(EARLIER).isPresent();
      boolean hasNew = store.stat(KEY).isPresent();
      if (earlierStored && !removing && !hasEarlier) {
        return Optional.of("an acknowledged put was lost");
      }
      if (newStored && !hasNew) {
        return Optional.of("the second acknowledged put was lost");
      }
      if (removed && hasEarlier) {
        return Optional.of("a removed blob came back");
      }
      if (hasEarlier && !java.util.Arrays.equals(store.get(EARLIER, 1 << 20), OLD)) {
        return Optional.of("a blob is seen in part");
      }
      if (hasNew && !java.util.Arrays.equals(store.get(KEY, 4 << 20), NEW)) {
        return Optional.of("the second blob is seen in part");
      }
      return Optional.empty();
    }
  }
}
