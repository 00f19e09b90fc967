package io.holdfast.storage;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.storage.RetryingBlobStore.Policy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sends a request again, a limited number of times, when the store is unavailable. No other
/// failure is repeated. The last failure is thrown, earlier ones are suppressed in it.
final class Attempts {
  private final Policy policy;
  private final Entropy entropy;
  private final Pause pause;

  Attempts(Policy policy, Entropy entropy, Pause pause) {
    this.policy = policy;
    this.entropy = entropy;
    this.pause = pause;
  }

  /// Something that a store is asked for.
  interface Request<T> {
    T send() throws IOException;
  }

  /// What an answer means after a failure that may have been a success.
  interface Meaning<T> {
    T of(T answer) throws IOException;
  }

  /// For a request that does no harm if it is done twice.
  <T> T repeat(Request<T> request) throws IOException {
    IOException failure = null;
    for (int failures = 0; failures < policy.attempts(); failures++) {
      waitAfter(failures, failure);
      try {
        return request.send();
      } catch (StoreUnavailableException | WriteOutcomeUnknownException e) {
        failure = withEarlier(e, failure);
      }
    }
    throw requireFailure(failure);
  }

  /// For a write under a condition that its own success makes false: once an outcome is unknown, it
  /// stays unknown unless the store answers.
  ///
  /// @param what is written, for messages
  <T> T write(String what, Request<T> request, Meaning<T> afterUnknown) throws IOException {
    WriteOutcomeUnknownException unknown = null;
    IOException failure = null;
    for (int failures = 0; failures < policy.attempts(); failures++) {
      try {
        waitAfter(failures, failure);
      } catch (InterruptedIOException e) {
        throw unknown == null ? e : stillUnknown(what, e);
      }
      try {
        T answer = request.send();
        return unknown == null ? answer : afterUnknown.of(answer);
      } catch (WriteOutcomeUnknownException e) {
        unknown = unknown == null ? e : unknown;
        failure = withEarlier(e, failure);
      } catch (StoreUnavailableException e) {
        failure = withEarlier(e, failure);
      } catch (IOException e) {
        throw unknown == null
            ? withEarlier(e, failure)
            : stillUnknown(what, withEarlier(e, failure));
      }
    }
    IOException last = requireFailure(failure);
    throw unknown == null || last instanceof WriteOutcomeUnknownException
        ? last
        : stillUnknown(what, last);
  }

  private static WriteOutcomeUnknownException stillUnknown(String what, IOException failure) {
    return new WriteOutcomeUnknownException(
        "nobody can say whether " + what + " was written", failure);
  }

  private void waitAfter(int failures, @Nullable IOException failure) throws IOException {
    if (failures == 0) {
      return;
    }
    long millisMax = policy.delayAfter(failures).toMillis();
    long part = ByteBuffer.wrap(entropy.bytes(Long.BYTES)).getLong() >>> 1;
    try {
      pause.await(Duration.ofMillis(millisMax - part % (millisMax / 2 + 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var interrupted = new InterruptedIOException("interrupted before trying again");
      interrupted.initCause(e);
      throw withEarlier(interrupted, failure);
    }
  }

  private static <E extends IOException> E withEarlier(E failure, @Nullable IOException earlier) {
    if (earlier != null && !earlier.equals(failure)) {
      failure.addSuppressed(earlier);
    }
    return failure;
  }

  private static IOException requireFailure(@Nullable IOException failure) {
    return failure == null ? new IOException("no attempt was made") : failure;
  }
}
