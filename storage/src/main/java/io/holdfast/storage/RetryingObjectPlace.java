package io.holdfast.storage;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// Tries again, a limited number of times, when the store is unavailable.
///
/// A put whose outcome is unknown is put again, under the same condition; if something else is
/// there by then, it is read: the bytes that were put are `DONE`, others `CHANGED`. What is there
/// without such a failure is somebody else's, even with the same bytes.
public final class RetryingObjectPlace implements ObjectPlace {
  private final ObjectPlace inner;
  private final Attempts attempts;

  public RetryingObjectPlace(
      ObjectPlace inner, RetryingBlobStore.Policy policy, Entropy entropy, Pause pause) {
    this.inner = inner;
    this.attempts = new Attempts(policy, entropy, pause);
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return attempts.repeat(() -> inner.find(key));
  }

  @Override
  public byte[] read(String key, String version, long offset, int length) throws IOException {
    return attempts.repeat(() -> inner.read(key, version, offset, length));
  }

  @Override
  public Outcome put(String key, Optional<String> before, NewObject content) throws IOException {
    return attempts.write(
        "object " + key,
        () -> inner.put(key, before, content),
        outcome -> outcome == Outcome.CHANGED && holds(key, content) ? Outcome.DONE : outcome);
  }

  /// Whether these bytes are there.
  private boolean holds(String key, NewObject content) throws IOException {
    Optional<StoredObject> found = inner.find(key);
    if (found.isEmpty() || found.get().bytes() != content.bytes()) {
      return false;
    }
    MessageDigest sha = sha256();
    try {
      for (long done = 0; done < content.bytes(); ) {
        int length = (int) Math.min(PIECE_BYTES_MAX, content.bytes() - done);
        sha.update(inner.read(key, found.get().version(), done, length));
        done += length;
      }
    } catch (ObjectChangedException _) {
      return false;
    }
    return HexFormat.of().formatHex(sha.digest()).equals(content.sha256());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// A removal that failed may have been done: what is gone then is gone by it.
  @Override
  public Outcome delete(String key, String version) throws IOException {
    return attempts.write(
        "the removal of object " + key,
        () -> {
          try {
            return inner.delete(key, version);
          } catch (StoreUnavailableException e) {
            if (e.isBusy()) {
              throw e;
            }
            throw new WriteOutcomeUnknownException(e.getMessage() == null ? "" : e.getMessage(), e);
          }
        },
        outcome ->
            outcome == Outcome.CHANGED && inner.find(key).isEmpty() ? Outcome.DONE : outcome);
  }

  @Override
  public Optional<String> obstacle(String key, long bytes) {
    return inner.obstacle(key, bytes);
  }

  @Override
  public String describe() {
    return inner.describe();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
