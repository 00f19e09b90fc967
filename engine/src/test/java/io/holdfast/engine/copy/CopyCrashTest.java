package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.CopyReport.Outcome;
import io.holdfast.engine.verify.Verify;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A copy ends with each request to the target, before or after it. What was committed by then is
/// whole, and the next run completes the rest.
class CopyCrashTest {
  /// Of so many requests one is tried where not all are.
  private static final int SAMPLE = 31;

  @ParameterizedTest
  @EnumSource
  void whereverACopyIsCutOffTheNextOneCompletesIt(Exchange.Way way) throws Exception {
    try (CopyWorld world = new CopyWorld(new MemoryBlobStore(), 4)) {
      world.stream(CopyWorld.SEGMENT / 2);
      world.backUp();
      world.backUpFiles();
      world.backUp();
      world.stream(CopyWorld.SEGMENT);
      MemoryBlobStore empty = new MemoryBlobStore();
      target(world, empty, way).close();
      long steps = stepsOf(world, empty);
      Map<String, String> all = world.everything(world.source);
      for (long step = 1; step <= steps; step += Seeds.thorough() ? 1 : SAMPLE) {
        Moment moment = (step / SAMPLE) % 2 == 0 ? Moment.BEFORE : Moment.AFTER;
        crash(world, clone(empty), step, moment, all);
        if (Seeds.thorough()) {
          crash(
              world,
              clone(empty),
              step,
              moment == Moment.BEFORE ? Moment.AFTER : Moment.BEFORE,
              all);
        }
      }
    }
  }

  private static long stepsOf(CopyWorld world, MemoryBlobStore empty) throws IOException {
    CrashingBlobStore counting = CrashingBlobStore.counting(clone(empty));
    try (Repository target = CopyWorld.reopened(counting, 100)) {
      world.copy(target);
    }
    return counting.steps();
  }

  private static void crash(
      CopyWorld world, MemoryBlobStore store, long step, Moment moment, Map<String, String> all)
      throws IOException {
    String when = moment + " request " + step;
    CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
    boolean whole = false;
    try (Repository target = CopyWorld.reopened(crashing, 1000 + step)) {
      whole = world.copy(target).isWhole();
    } catch (SimulatedCrash _) {
      assertThat(crashing.hasCrashed()).as(when).isTrue();
    }
    // Threads answer in another order each time, so a run may have a few requests fewer.
    assertThat(whole).as(when).isEqualTo(!crashing.hasCrashed());
    try (Repository target = CopyWorld.reopened(store, 100_000 + step)) {
      int before = target.snapshots().size();
      requireSound(target, when);
      CopyReport report = world.copy(target);
      assertThat(report.isWhole()).as(when).isTrue();
      assertThat(report.count(Outcome.ALREADY_THERE)).as(when).isEqualTo(before);
      assertThat(world.everything(target)).as(when).isEqualTo(all);
      requireSound(target, when);
    }
  }

  private static Repository target(CopyWorld world, BlobStore store, Exchange.Way way)
      throws IOException {
    return switch (way) {
      case FRAMES -> world.sibling(store, 6);
      case CONTENT -> CopyWorld.stranger(store, 6);
    };
  }

  private static void requireSound(Repository repository, String when) {
    assertThat(
            new Verify(CopyWorld.context(), new OpenRepository(repository, "target"))
                .all()
                .findings())
        .as(when)
        .isEmpty();
  }

  private static MemoryBlobStore clone(MemoryBlobStore store) throws IOException {
    MemoryBlobStore clone = new MemoryBlobStore();
    List<BlobKey> keys = new ArrayList<>();
    store.list("", blob -> keys.add(blob.key()));
    for (BlobKey key : keys) {
      var _ = clone.putIfAbsent(key, ByteBuffer.wrap(store.get(key, 1 << 30)));
    }
    return clone;
  }
}
