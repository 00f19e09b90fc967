package io.holdfast.repository;

import static io.holdfast.repository.RepositoryOptions.Distance.DISTANT;
import static io.holdfast.repository.RepositoryOptions.Distance.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// How much of a pack is asked for where a frame is wanted.
class PackWindowsTest {
  private static final int FRAME = 10_000;
  private static final int FRAMES = 2_000;
  private static final int PACK_BYTES = FRAME * FRAMES + PackFormat.FOOTER_BYTES;

  private final MemoryBlobStore store = new MemoryBlobStore();
  private final byte[] pack = new byte[PACK_BYTES];
  private final PackSummary summary =
      new PackSummary(
          new PackId(
              new SessionId("019bbf987b800bfd7ca1772985e7b516"), 0, Digest.of(new byte[] {1})),
          new DomainId("00112233445566778899aabbccddeeff"),
          1,
          PACK_BYTES);

  PackWindowsTest() throws IOException {
    Seeds.random(1).nextBytes(pack);
    store(PACK_BYTES);
  }

  @Test
  void whoReadsOnGetsMoreAtOnce() throws IOException {
    PackWindows windows = PackWindows.careful(store, DISTANT);
    for (int frame = 0; frame < FRAMES; frame++) {
      requireFrame(windows, frame);
    }
    assertThat(windows.requests()).isBetween(5L, 12L);
    // A frame that a window cuts is read again with the next one.
    assertThat(windows.readBytes()).isLessThan(PACK_BYTES + windows.requests() * FRAME);
  }

  @Test
  void ofANearStoreExactlyTheFramesAreRead() throws IOException {
    for (PackWindows windows :
        new PackWindows[] {PackWindows.eager(store, NEAR), PackWindows.careful(store, NEAR)}) {
      for (int frame = 0; frame < FRAMES; frame++) {
        requireFrame(windows, frame);
      }
      assertThat(windows.readBytes()).isEqualTo(FRAMES * (long) FRAME);
    }
  }

  @Test
  void whoWantsFramesHereAndThereGetsThemAlone() throws IOException {
    PackWindows windows = PackWindows.careful(store, DISTANT);
    for (int frame = 0; frame < FRAMES; frame += 100) {
      requireFrame(windows, frame);
    }
    assertThat(windows.readBytes()).isEqualTo(FRAMES / 100 * FRAME);
  }

  @Test
  void whoIsEagerGetsNeighboursWithTheFirst() throws IOException {
    PackWindows windows = PackWindows.eager(store, DISTANT);
    for (int frame = 0; frame < 20; frame++) {
      requireFrame(windows, frame);
    }
    assertThat(windows.requests()).isOne();
  }

  @Test
  void framesBeforeACutAreReadAndThoseBehindItAreSaidToBeCut() throws IOException {
    store.delete(ObjectNames.pack(summary.id()));
    store(FRAME * 5 + 1);
    for (PackWindows windows :
        new PackWindows[] {
          PackWindows.eager(store, DISTANT), PackWindows.careful(store, DISTANT)
        }) {
      for (int frame = 0; frame < 5; frame++) {
        requireFrame(windows, frame);
      }
      assertThatThrownBy(() -> windows.frame(place(5))).isInstanceOf(TruncatedBlobException.class);
    }
  }

  @Test
  void severalReadersOfNeighboursReadNothingTwice() throws Exception {
    PackWindows windows = PackWindows.careful(store, DISTANT);
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.virtual("read")) {
      for (int worker = 0; worker < 8; worker++) {
        workers.start(
            () -> {
              for (int frame = next.getAndIncrement();
                  frame < FRAMES;
                  frame = next.getAndIncrement()) {
                requireFrame(windows, frame);
              }
            });
      }
      workers.join();
    }
    assertThat(windows.readBytes()).isLessThan(PACK_BYTES + PACK_BYTES / 5);
  }

  @Test
  void whatIsThereAlreadyIsNotReadAgainFromBefore() throws IOException {
    PackWindows windows = PackWindows.eager(store, DISTANT);
    requireFrame(windows, 100);
    long before = windows.readBytes();
    requireFrame(windows, 99);
    assertThat(windows.readBytes() - before).isEqualTo(FRAME);
  }

  @Test
  void nobodyFetchesWhatSomebodyElseIsFetching() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Integer> lengths = Collections.synchronizedList(new ArrayList<>());
    var slow =
        new ForwardingBlobStore(store) {
          @Override
          public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
            lengths.add(length);
            if (offset == 100 * FRAME) {
              asked.countDown();
              await(goOn);
            }
            return super.getRange(key, offset, length);
          }
        };
    PackWindows windows = PackWindows.eager(slow, DISTANT);
    try (Workers workers = Workers.virtual("read")) {
      workers.start(() -> requireFrame(windows, 100));
      asked.await();
      requireFrame(windows, 98);
      goOn.countDown();
      workers.join();
    }
    assertThat(lengths).hasSize(2).last().isEqualTo(2 * FRAME);
  }

  @Test
  void smallPiecesThatAreThereDoNotSplitALargeRead() throws IOException {
    PackWindows windows = PackWindows.careful(store, DISTANT);
    for (int frame = 0; frame < FRAMES; frame += 50) {
      requireFrame(windows, frame);
    }
    long before = windows.requests();
    for (int frame = 0; frame < FRAMES; frame++) {
      requireFrame(windows, frame);
    }
    assertThat(windows.requests() - before).isLessThan(40);
  }

  @Test
  void arraysAreUsedAgainAndNobodyReadsThemAfterwards() throws Exception {
    Recycling recycling = new Recycling(store);
    PackWindows windows = PackWindows.careful(recycling, DISTANT);
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.virtual("read")) {
      for (int worker = 0; worker < 8; worker++) {
        workers.start(
            () -> {
              for (int i = next.getAndIncrement(); i < 4 * FRAMES; i = next.getAndIncrement()) {
                requireFrame(windows, i % FRAMES);
              }
            });
      }
      workers.join();
    }
    assertThat(recycling.givenBack.get()).isGreaterThan(3L * PACK_BYTES - (32 << 20));
  }

  private static void await(CountDownLatch latch) throws InterruptedIOException {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /// Overwrites what it is given.
  private static final class Recycling extends ForwardingBlobStore {
    private final AtomicLong givenBack = new AtomicLong();

    Recycling(BlobStore inner) {
      super(inner);
    }

    @Override
    public void giveBack(byte[] array) {
      Arrays.fill(array, (byte) 0xEE);
      givenBack.addAndGet(array.length);
    }
  }

  private void requireFrame(PackWindows windows, int frame) throws IOException {
    assertThat(windows.frame(place(frame)))
        .isEqualTo(Arrays.copyOfRange(pack, frame * FRAME, (frame + 1) * FRAME));
  }

  private Place place(int frame) {
    return new Place(summary, 0, frame * FRAME, FRAME, Optional.empty());
  }

  private void store(int bytes) throws IOException {
    var _ = store.putIfAbsent(ObjectNames.pack(summary.id()), ByteBuffer.wrap(pack, 0, bytes));
  }
}
