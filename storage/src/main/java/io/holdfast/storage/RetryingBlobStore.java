package io.holdfast.storage;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tries again, a limited number of times, when the store is unavailable. No other failure is
/// repeated. The last failure is thrown, earlier ones are suppressed in it.
///
/// A put whose outcome is unknown is put again and then, if something is there, read back: the same
/// bytes are `STORED`, others `ALREADY_PRESENT`. So the answer is about durable bytes, which
/// reading alone would not tell. If that fails too, the outcome stays unknown.
public final class RetryingBlobStore extends ForwardingBlobStore {
  private final Attempts attempts;

  public RetryingBlobStore(BlobStore inner, Policy policy, Entropy entropy, Pause pause) {
    super(inner);
    this.attempts = new Attempts(policy, entropy, pause);
  }

  /// How often and how long.
  ///
  /// @param attempts how often a request is sent at most, 1 to 100
  /// @param firstDelay the longest delay before the second attempt; it doubles from then on
  /// @param delayMax where doubling stops; each delay is a random part, at least a half, of it
  public record Policy(int attempts, Duration firstDelay, Duration delayMax) {
    /// Gives up after about half a minute.
    public static final Policy DEFAULT =
        new Policy(7, Duration.ofMillis(500), Duration.ofSeconds(10));

    public Policy {
      if (attempts < 1 || attempts > 100 || firstDelay.isNegative() || delayMax.isNegative()) {
        throw new IllegalArgumentException("bad retry policy");
      }
    }

    /// The longest delay after so many failures.
    Duration delayAfter(int failures) {
      Duration delay = firstDelay;
      for (int i = 1; i < failures && delay.compareTo(delayMax) < 0; i++) {
        delay = delay.multipliedBy(2);
      }
      return delay.compareTo(delayMax) < 0 ? delay : delayMax;
    }
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    return attempts.write(
        "blob " + key,
        () -> inner().putIfAbsent(key, data.duplicate()),
        result -> result == PutResult.ALREADY_PRESENT ? compare(key, data.duplicate()) : result);
  }

  private PutResult compare(BlobKey key, ByteBuffer data) throws IOException {
    Optional<BlobStat> stat = inner().stat(key);
    if (stat.isEmpty()) {
      throw new StoreUnavailableException("blob " + key + " was present and is gone");
    }
    if (stat.get().bytes() != data.remaining()) {
      return PutResult.ALREADY_PRESENT;
    }
    byte[] stored = inner().get(key, data.remaining());
    return ByteBuffer.wrap(stored).equals(data) ? PutResult.STORED : PutResult.ALREADY_PRESENT;
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return attempts.repeat(() -> inner().get(key, bytesMax));
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return attempts.repeat(() -> inner().getRange(key, offset, length));
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return attempts.repeat(() -> inner().stat(key));
  }

  /// Goes on after the last key that was handed out, so that none comes twice.
  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    var progress = new ListProgress(each);
    attempts.repeat(
        () -> {
          inner().list(prefix, progress);
          return true;
        });
  }

  /// Names may come again after a failure.
  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    attempts.repeat(
        () -> {
          inner().names(prefix, each);
          return true;
        });
  }

  /// A removal whose outcome is unknown is repeated as well: it does no harm.
  @Override
  public void delete(BlobKey key) throws IOException {
    attempts.repeat(
        () -> {
          inner().delete(key);
          return true;
        });
  }

  @Override
  public StoreCapabilities capabilities() throws IOException {
    return attempts.repeat(() -> inner().capabilities());
  }

  /// Lets each key through once.
  private static final class ListProgress implements Consumer<BlobStat> {
    private final Consumer<BlobStat> each;
    private @Nullable BlobKey last;

    ListProgress(Consumer<BlobStat> each) {
      this.each = each;
    }

    @Override
    public void accept(BlobStat stat) {
      if (last == null || stat.key().compareTo(last) > 0) {
        last = stat.key();
        each.accept(stat);
      }
    }
  }
}
