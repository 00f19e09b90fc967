package io.holdfast.storage.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.ObservedBlobStore;
import io.holdfast.storage.ObservedBlobStore.Count;
import io.holdfast.storage.ObservedBlobStore.Operation;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.testing.CrashingBlobStore.Moment;
import io.holdfast.storage.testing.FaultyBlobStore.Faults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The faults are really injected, and are what their names say.
class MisbehavingStoresTest {
  private static final BlobKey KEY = new BlobKey("a/b");
  private final MemoryBlobStore memory = new MemoryBlobStore();

  @Test
  void unavailableDoesNothing() {
    FaultyBlobStore store = faulty(Faults.NONE.withUnavailable(1));
    assertThatThrownBy(() -> put(store, 3)).isInstanceOf(StoreUnavailableException.class);
    assertThat(memory.stat(KEY)).isEmpty();
    assertThat(store.injected()).isEqualTo(1);
  }

  @Test
  void aLostAnswerComesAfterTheDeed() {
    FaultyBlobStore store = faulty(Faults.NONE.withLostAnswer(1));
    assertThatThrownBy(() -> put(store, 3)).isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(memory.stat(KEY)).isPresent();
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(memory.stat(KEY)).isEmpty();
  }

  @Test
  void readsAreTruncated() throws IOException {
    assertThat(put(memory, 1000)).isEqualTo(PutResult.STORED);
    FaultyBlobStore store = faulty(Faults.NONE.withTruncatedRead(1));
    assertThat(store.get(KEY, 1000)).hasSizeLessThan(1000);
    assertThatThrownBy(() -> store.getRange(KEY, 0, 5)).isInstanceOf(TruncatedBlobException.class);
  }

  @Test
  void slowRequestsWait() throws IOException {
    List<Duration> waited = new ArrayList<>();
    Faults faults = Faults.NONE.withSlow(1, Duration.ofMinutes(1));
    var store = new FaultyBlobStore(memory, 1, faults, waited::add);
    assertThat(put(store, 1)).isEqualTo(PutResult.STORED);
    assertThat(waited).containsExactly(Duration.ofMinutes(1));
  }

  @Test
  void goesDownAndFillsUpAndComesBack() throws IOException {
    FaultyBlobStore store = faulty(Faults.NONE);
    store.goDown();
    assertThatThrownBy(() -> store.get(KEY, 1)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.list("", _ -> {})).isInstanceOf(StoreUnavailableException.class);
    store.comeBack();
    assertThatThrownBy(() -> store.get(KEY, 1)).isInstanceOf(NoSuchBlobException.class);

    store.fullAfter(10);
    assertThat(put(store, 10)).isEqualTo(PutResult.STORED);
    var next = new BlobKey("a/c");
    assertThatThrownBy(() -> store.putIfAbsent(next, ByteBuffer.allocate(1)))
        .isInstanceOf(StoreFullException.class);
    store.makeSpace();
    assertThat(store.putIfAbsent(next, ByteBuffer.allocate(1))).isEqualTo(PutResult.STORED);
  }

  @Test
  void aSeedRepeatsItsFaults() {
    assertThat(faultsOf(5)).isEqualTo(faultsOf(5)).isNotEqualTo(faultsOf(6));
  }

  private static String faultsOf(long seed) {
    var store =
        new FaultyBlobStore(new MemoryBlobStore(), seed, Faults.NONE.withUnavailable(0.5), _ -> {});
    StringBuilder outcomes = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      try {
        outcomes.append(store.stat(KEY).isPresent() ? '+' : '-');
      } catch (IOException _) {
        outcomes.append('!');
      }
    }
    return outcomes.toString();
  }

  @Test
  void crashesBeforeOrAfterAStepAndStaysDead() throws IOException {
    for (Moment moment : Moment.values()) {
      var inner = new MemoryBlobStore();
      var store = new CrashingBlobStore(inner, 2, moment);
      assertThat(store.stat(KEY)).isEmpty();
      assertThat(store.hasCrashed()).isFalse();
      assertThatThrownBy(() -> put(store, 1)).isInstanceOf(SimulatedCrash.class);
      assertThat(inner.stat(KEY).isPresent()).isEqualTo(moment == Moment.AFTER);
      assertThat(store.hasCrashed()).isTrue();
      assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(SimulatedCrash.class);
      assertThat(inner.stat(KEY).isPresent()).isEqualTo(moment == Moment.AFTER);
    }
    CrashingBlobStore counting = CrashingBlobStore.counting(memory);
    assertThat(put(counting, 1)).isEqualTo(PutResult.STORED);
    counting.list("", _ -> {});
    assertThat(counting.steps()).isEqualTo(2);
  }

  @Test
  void aLateDuplicateBringsBackWhatWasRemoved() throws IOException {
    var store = new LateDuplicateBlobStore(memory, 1, 1, 0);
    assertThat(put(store, 3)).isEqualTo(PutResult.STORED);
    store.delete(KEY);
    assertThat(memory.stat(KEY)).isEmpty();
    assertThat(store.waiting()).isEqualTo(1);
    assertThat(store.deliverNext()).isTrue();
    assertThat(memory.stat(KEY)).isPresent();
    assertThat(store.deliverNext()).isFalse();
  }

  @Test
  void aDelayedPutArrivesAfterItWasReportedAsUnknown() throws IOException {
    var store = new LateDuplicateBlobStore(memory, 1, 0, 1);
    assertThatThrownBy(() -> put(store, 3)).isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(memory.stat(KEY)).isEmpty();
    store.deliverAll();
    assertThat(memory.stat(KEY)).isPresent();
  }

  @Test
  void countsRequestsFailuresAndBytes() throws IOException {
    FaultyBlobStore faulty = faulty(Faults.NONE);
    var store = new ObservedBlobStore(faulty);
    assertThat(put(store, 100)).isEqualTo(PutResult.STORED);
    assertThat(put(store, 100)).isEqualTo(PutResult.ALREADY_PRESENT);
    assertThat(store.get(KEY, 100)).hasSize(100);
    assertThat(store.getRange(KEY, 10, 20)).hasSize(20);
    assertThat(store.stat(KEY)).isPresent();
    store.list("", _ -> {});
    faulty.goDown();
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(IOException.class);

    assertThat(store.count(Operation.PUT)).isEqualTo(new Count(2, 0, 100));
    assertThat(store.count(Operation.GET)).isEqualTo(new Count(2, 0, 120));
    assertThat(store.count(Operation.STAT)).isEqualTo(new Count(1, 0, 0));
    assertThat(store.count(Operation.LIST)).isEqualTo(new Count(1, 0, 0));
    assertThat(store.count(Operation.DELETE)).isEqualTo(new Count(1, 1, 0));
  }

  private FaultyBlobStore faulty(Faults faults) {
    return new FaultyBlobStore(memory, 1, faults, _ -> {});
  }

  private static PutResult put(BlobStore store, int length) throws IOException {
    return store.putIfAbsent(KEY, ByteBuffer.wrap(Seeds.entropy(1).bytes(length)));
  }
}
