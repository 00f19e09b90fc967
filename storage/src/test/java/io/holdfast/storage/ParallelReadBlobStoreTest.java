package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ParallelReadBlobStoreTest {
  private static final BlobKey KEY = new BlobKey("large");
  private static final int PART = ParallelReadBlobStore.PART_BYTES;

  /// The whole contract holds through it.
  @Nested
  class ContractTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return new ParallelReadBlobStore(new MemoryBlobStore());
    }
  }

  @Test
  void aLargeBlobComesInSeveralRangesAtOnce() throws Exception {
    byte[] bytes = bytes(3 * PART + 17);
    Together together = new Together(filled(bytes), 3);
    BlobStore store = new ParallelReadBlobStore(together);

    assertThat(store.get(KEY, BlobStore.BLOB_BYTES_MAX)).isEqualTo(bytes);
    assertThat(together.ranges.get()).isEqualTo(4);
    assertThat(store.getRange(KEY, 5, 2 * PART + 1))
        .isEqualTo(Arrays.copyOfRange(bytes, 5, 2 * PART + 6));
  }

  @Test
  void partsAreGivenBackWhenTheyWereCopied() throws Exception {
    byte[] bytes = bytes(3 * PART + 17);
    AtomicInteger givenBack = new AtomicInteger();
    BlobStore overwriting =
        new ForwardingBlobStore(filled(bytes)) {
          @Override
          public void giveBack(byte[] array) {
            Arrays.fill(array, (byte) 0xEE);
            givenBack.addAndGet(array.length);
          }
        };
    assertThat(new ParallelReadBlobStore(overwriting).get(KEY, BlobStore.BLOB_BYTES_MAX))
        .isEqualTo(bytes);
    assertThat(givenBack.get()).isEqualTo(bytes.length);
  }

  @Test
  void aSmallBlobComesInOneRequest() throws Exception {
    byte[] bytes = bytes(2 * PART - 1);
    Together together = new Together(filled(bytes), 1);
    assertThat(new ParallelReadBlobStore(together).get(KEY, BlobStore.BLOB_BYTES_MAX))
        .isEqualTo(bytes);
    assertThat(together.ranges.get()).isZero();
  }

  @Test
  void whatIsMissingOrTooLargeIsSaidAsTheStoreSaysIt() throws Exception {
    BlobStore store = new ParallelReadBlobStore(filled(bytes(3 * PART)));
    assertThatThrownBy(() -> store.get(new BlobKey("other"), BlobStore.BLOB_BYTES_MAX))
        .isInstanceOf(NoSuchBlobException.class);
    assertThatThrownBy(() -> filled(bytes(3 * PART)).get(KEY, 2 * PART))
        .isInstanceOfSatisfying(
            Exception.class,
            expected ->
                assertThatThrownBy(() -> store.get(KEY, 2 * PART))
                    .isInstanceOf(expected.getClass()));
    assertThatThrownBy(() -> store.getRange(KEY, PART, 3 * PART))
        .isInstanceOf(TruncatedBlobException.class);
  }

  private static MemoryBlobStore filled(byte[] bytes) throws IOException {
    MemoryBlobStore store = new MemoryBlobStore();
    var _ = store.putIfAbsent(KEY, ByteBuffer.wrap(bytes));
    return store;
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Seeds.random(1).nextBytes(bytes);
    return bytes;
  }

  /// Answers the first ranges only when so many have been asked for.
  private static final class Together extends ForwardingBlobStore {
    private final AtomicInteger ranges = new AtomicInteger();
    private final CountDownLatch asked;

    Together(BlobStore inner, int atOnce) {
      super(inner);
      this.asked = new CountDownLatch(atOnce);
    }

    @Override
    public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
      ranges.incrementAndGet();
      asked.countDown();
      try {
        assertThat(asked.await(30, TimeUnit.SECONDS)).as("ranges at once").isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
      return super.getRange(key, offset, length);
    }
  }
}
