package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.SimulatedCrash;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Ends the process at every request of a backup, before and after it took effect.
final class SessionCrashTest {
  @ParameterizedTest
  @EnumSource(Moment.class)
  void whereverABackupDiesEarlierOnesStayAndTheNextSucceeds(Moment moment) throws Exception {
    int steps = 0;
    boolean crashed = true;
    while (crashed) {
      steps++;
      crashed = crashAt(steps, moment);
      assertThat(steps).isLessThan(500);
    }
    assertThat(steps).isGreaterThan(12);
  }

  private static boolean crashAt(int step, Moment moment) throws IOException {
    MemoryBlobStore store = new MemoryBlobStore();
    StoredSnapshot first;
    try (Repository repository = Repositories.init(store, 1)) {
      first = SmallBackup.write(repository, "first", 1);
    }
    CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
    Optional<StoredSnapshot> acknowledged = Optional.empty();
    try (Repository repository = Repositories.open(crashing, 1000 + step)) {
      acknowledged = Optional.of(SmallBackup.write(repository, "second", 2));
    } catch (SimulatedCrash e) {
      assertThat(crashing.hasCrashed()).isTrue();
    }

    try (Repository repository = Repositories.open(store, 5000)) {
      // Other chunks than the second's: it would put back what the crash lost.
      StoredSnapshot third = SmallBackup.write(repository, "third", 3);
      List<StoredSnapshot> snapshots = repository.snapshots();
      assertThat(snapshots).contains(first, third);
      acknowledged.ifPresent(snapshot -> assertThat(snapshots).contains(snapshot));
      for (StoredSnapshot snapshot : snapshots) {
        SmallBackup.assertReadable(repository.reader(), snapshot);
      }
      assertThat(repository.verification().check()).noneMatch(f -> f.kind().isDamage());
    }
    return crashing.hasCrashed();
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void whereverAnInitDiesItCanBeRepeated(Moment moment) throws Exception {
    for (int step = 1; step < 40; step++) {
      MemoryBlobStore store = new MemoryBlobStore();
      CrashingBlobStore crashing = new CrashingBlobStore(store, step, moment);
      boolean made = true;
      try {
        Repositories.init(crashing, step).close();
      } catch (SimulatedCrash e) {
        made = store.stat(ObjectNames.FORMAT).isPresent();
      }
      if (!made) {
        Repositories.init(store, 100).close();
      }
      try (Repository repository = Repositories.open(store, 200)) {
        SmallBackup.assertReadable(repository.reader(), SmallBackup.write(repository, "first", 1));
      }
    }
  }
}
