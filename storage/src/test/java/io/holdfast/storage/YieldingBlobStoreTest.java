package io.holdfast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class YieldingBlobStoreTest {
  private static final BlobKey KEY = new BlobKey("a");
  private static final Duration REQUEST = Duration.ofMillis(10);

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Server server = new Server();
  private final YieldingBlobStore store =
      new YieldingBlobStore(server, () -> now, wait -> now = now.plus(wait));

  @Test
  void nothingIsLimitedWhileTheStoreKeepsUp() throws IOException {
    assertThat(requestsIn(10)).isEqualTo(1000);
  }

  @Test
  void aBusyStoreGetsHalfAndSlowlyMoreAgain() throws IOException {
    int before = requestsIn(3) / 3;
    refuse();
    int after = requestsIn(1);
    assertThat(after).isBetween(before / 2 - 5, before / 2 + 5);
    int later = requestsIn(10) / 10;
    assertThat(later).isBetween(after + 5, before);
    // 50 of 100 requests in a second were too many; it takes 75 seconds until 200 are allowed.
    now = now.plus(Duration.ofSeconds(80));
    assertThat(requestsIn(5)).isEqualTo(500);
  }

  @Test
  void refusalsTogetherCountOnceAndOneRequestInASecondIsLeft() throws IOException {
    int before = requestsIn(3) / 3;
    refuse();
    refuse();
    refuse();
    assertThat(requestsIn(1)).isGreaterThan(before / 4);
    for (int i = 0; i < 20; i++) {
      now = now.plusSeconds(1);
      refuse();
    }
    assertThat(requestsIn(3)).isBetween(3, 25);
  }

  /// A store that takes 20 requests in a second gets nearly that many, and few too many.
  @Test
  void theRateFindsWhatTheStoreCanDo() throws IOException {
    server.perSecondMax = 20;
    var retrying =
        new RetryingBlobStore(
            store,
            new RetryingBlobStore.Policy(50, Duration.ofMillis(200), Duration.ofSeconds(2)),
            Seeds.entropy(1),
            wait -> now = now.plus(wait));
    Instant end = now.plusSeconds(300);
    while (now.isBefore(end)) {
      Optional<BlobStore.BlobStat> _ = retrying.stat(KEY);
    }
    assertThat(server.done).isGreaterThan(300 * 20 / 2);
    assertThat(server.refused).isLessThan(server.done / 10);
  }

  @Test
  void otherFailuresSlowNothingDown() throws IOException {
    server.failure = new StoreUnavailableException("gone");
    assertThatThrownBy(() -> store.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
    server.failure = null;
    assertThat(requestsIn(2)).isEqualTo(200);
  }

  private void refuse() {
    server.failure = StoreUnavailableException.busy("slow down", null);
    assertThatThrownBy(() -> store.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
    server.failure = null;
  }

  private int requestsIn(int seconds) throws IOException {
    Instant end = now.plusSeconds(seconds);
    int count = 0;
    while (now.isBefore(end)) {
      Optional<BlobStore.BlobStat> _ = store.stat(KEY);
      count++;
    }
    return count;
  }

  /// Each request takes 10 ms.
  private final class Server extends ForwardingBlobStore {
    private int perSecondMax = Integer.MAX_VALUE;
    private int inSecond;
    private long second;
    private int done;
    private int refused;
    private @org.jspecify.annotations.Nullable IOException failure;

    Server() {
      super(new MemoryBlobStore());
    }

    @Override
    public Optional<BlobStat> stat(BlobKey key) throws IOException {
      now = now.plus(REQUEST);
      if (failure != null) {
        throw failure;
      }
      if (now.getEpochSecond() != second) {
        second = now.getEpochSecond();
        inSecond = 0;
      }
      if (++inSecond > perSecondMax) {
        refused++;
        throw StoreUnavailableException.busy("slow down", null);
      }
      done++;
      return super.stat(key);
    }
  }
}
