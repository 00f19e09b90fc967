package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.RetryingBlobStore.Policy;
import io.holdfast.storage.testing.FaultyBlobStore;
import io.holdfast.storage.testing.FaultyBlobStore.Faults;
import io.holdfast.storage.testing.LateDuplicateBlobStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetryingBlobStoreTest {
  private static final BlobKey KEY = new BlobKey("log/s/0");
  private static final Policy POLICY = new Policy(5, Duration.ofSeconds(1), Duration.ofSeconds(3));

  private final MemoryBlobStore memory = new MemoryBlobStore();
  private final List<Duration> waited = new ArrayList<>();

  @Test
  void givesUpAfterTheLastAttemptWithGrowingDelays() {
    var requests = new AtomicInteger();
    RetryingBlobStore store = retrying(new FailingPuts(memory, requests, "down", 100));

    assertThatThrownBy(() -> put(store, "x"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage("down 5")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(requests).hasValue(5);
    assertThat(waited).hasSize(4);
    for (int i = 0; i < 4; i++) {
      long most = Math.min(3000, 1000L << i);
      assertThat(waited.get(i).toMillis()).isBetween(most / 2, most);
    }
  }

  @Test
  void delaysAreSpread() throws IOException {
    for (int i = 0; i < 20; i++) {
      var store =
          new RetryingBlobStore(
              new FailingPuts(memory, new AtomicInteger(), "down", 1),
              POLICY,
              Seeds.entropy(i),
              waited::add);
      PutResult _ = put(store, "x" + i);
    }
    assertThat(waited.stream().distinct().count()).isGreaterThan(10);
  }

  @Test
  void repeatsNothingButUnavailability() throws IOException {
    for (IOException failure :
        List.of(
            new StoreFullException("full"),
            new NoSuchBlobException("no"),
            new TruncatedBlobException("short"),
            new IOException("other"))) {
      var requests = new AtomicInteger();
      BlobStore store =
          retrying(
              new ForwardingBlobStore(memory) {
                @Override
                public byte[] get(BlobKey key, int bytesMax) throws IOException {
                  requests.incrementAndGet();
                  throw failure;
                }

                @Override
                public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
                  requests.incrementAndGet();
                  throw failure;
                }
              });
      assertThatThrownBy(() -> store.get(KEY, 1)).isSameAs(failure);
      assertThatThrownBy(() -> put(store, "x")).isSameAs(failure);
      assertThat(requests).hasValue(2);
    }
  }

  @Test
  void callsItsOwnBytesStoredAndOthersPresent() throws IOException {
    RetryingBlobStore lost = retrying(new FailingPuts(memory, new AtomicInteger(), "lost", 1));
    assertThat(put(lost, "mine")).isEqualTo(PutResult.STORED);

    RetryingBlobStore second = retrying(new FailingPuts(memory, new AtomicInteger(), "lost", 1));
    assertThat(put(second, "other")).isEqualTo(PutResult.ALREADY_PRESENT);
    RetryingBlobStore third = retrying(new FailingPuts(memory, new AtomicInteger(), "lost", 1));
    assertThat(put(third, "ours")).isEqualTo(PutResult.ALREADY_PRESENT);
    assertThat(memory.get(KEY, 10))
        .isEqualTo("mine".getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void staysUnknownWhenTheStoreGoesDownAfterALostAnswer() {
    var faulty = new FaultyBlobStore(memory, 1, Faults.NONE.withLostAnswer(1), _ -> {});
    assertThatThrownBy(() -> put(retrying(faulty), "x"))
        .isInstanceOf(WriteOutcomeUnknownException.class);

    var down = new FailingPuts(memory, new AtomicInteger(), "lost then down", 100);
    assertThatThrownBy(() -> put(retrying(down), "x"))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    var full = new FailingPuts(memory, new AtomicInteger(), "lost then full", 100);
    assertThatThrownBy(() -> put(retrying(full), "x"))
        .isInstanceOf(WriteOutcomeUnknownException.class)
        .hasCauseInstanceOf(StoreFullException.class);
  }

  @Test
  void listsEachKeyOnceAlthoughListingsBreakOff() throws IOException {
    List<String> names = IntStream.range(100, 140).mapToObj(i -> "a/" + i).toList();
    for (String name : names) {
      PutResult _ = memory.putIfAbsent(new BlobKey(name), ByteBuffer.allocate(1));
    }
    for (long seed = 0; seed < 50; seed++) {
      var faulty = new FaultyBlobStore(memory, seed, Faults.NONE.withUnavailable(0.5), _ -> {});
      var policy = new Policy(100, Duration.ZERO, Duration.ZERO);
      var store = new RetryingBlobStore(faulty, policy, Seeds.entropy(seed), _ -> {});
      List<String> listed = new ArrayList<>();
      store.list("", stat -> listed.add(stat.key().value()));
      assertThat(listed).isEqualTo(names);
    }
  }

  @Test
  void stopsWhenInterrupted() {
    var store =
        new RetryingBlobStore(
            new FailingPuts(memory, new AtomicInteger(), "down", 100),
            POLICY,
            Seeds.entropy(1),
            _ -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> put(store, "x")).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptionAfterALostAnswerLeavesTheOutcomeUnknown() throws IOException {
    var store =
        new RetryingBlobStore(
            new FailingPuts(memory, new AtomicInteger(), "lost", 1),
            POLICY,
            Seeds.entropy(1),
            _ -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> put(store, "x"))
        .isInstanceOf(WriteOutcomeUnknownException.class)
        .hasCauseInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(memory.stat(KEY)).isPresent();
  }

  /// Two writers of one key through a network that loses, delays and repeats: never two different
  /// winners, and a winner's bytes are those that are there.
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void oneWriterWinsThroughABadNetwork(long seed) throws IOException {
    var late = new LateDuplicateBlobStore(memory, seed, 0.5, 0.5);
    for (int i = 0; i < 200; i++) {
      BlobKey key = new BlobKey("log/s/" + i);
      List<byte[]> winners = new ArrayList<>();
      for (String writer : List.of("first", "second")) {
        byte[] bytes = (writer + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        var store = new RetryingBlobStore(late, POLICY, Seeds.entropy(seed), _ -> {});
        try {
          if (store.putIfAbsent(key, ByteBuffer.wrap(bytes)) == PutResult.STORED) {
            winners.add(bytes);
          }
        } catch (WriteOutcomeUnknownException _) {
          // the writer must not claim anything
        }
      }
      late.deliverAll();
      assertThat(winners).hasSizeLessThanOrEqualTo(1);
      for (byte[] winner : winners) {
        assertThat(memory.get(key, 100)).isEqualTo(winner);
      }
    }
  }

  private RetryingBlobStore retrying(BlobStore inner) {
    return new RetryingBlobStore(inner, POLICY, Seeds.entropy(1), waited::add);
  }

  private static PutResult put(BlobStore store, String text) throws IOException {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return store.putIfAbsent(KEY, ByteBuffer.wrap(bytes));
  }

  /// The first puts fail: `down` does nothing, `lost` does it, `lost then …` does it once.
  private static final class FailingPuts extends ForwardingBlobStore {
    private final AtomicInteger requests;
    private final String how;
    private final int failures;

    FailingPuts(BlobStore inner, AtomicInteger requests, String how, int failures) {
      super(inner);
      this.requests = requests;
      this.how = how;
      this.failures = failures;
    }

    @Override
    public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
      int number = requests.incrementAndGet();
      if (number > failures) {
        return super.putIfAbsent(key, data);
      }
      if (how.startsWith("lost") && number == 1) {
        PutResult _ = super.putIfAbsent(key, data);
        throw new WriteOutcomeUnknownException("lost");
      }
      if (how.endsWith("full")) {
        throw new StoreFullException("full");
      }
      throw new StoreUnavailableException("down " + number);
    }
  }
}
