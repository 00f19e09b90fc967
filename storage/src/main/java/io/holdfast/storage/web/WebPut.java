package io.holdfast.storage.web;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/// Puts a blob with one request that the service refuses if the name is taken, with the MD5 of the
/// bytes for the service to check.
final class WebPut {
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final BlobStore store;
  private final WebService service;
  private final WebClient client;
  private final WebFailures failures;

  WebPut(BlobStore store, WebService service, WebClient client, WebFailures failures) {
    this.store = store;
    this.service = service;
    this.client = client;
    this.failures = failures;
  }

  private enum Asked {
    STORED,
    /// Something was there, or somebody else was putting or removing it at that moment.
    TAKEN
  }

  PutResult put(BlobKey key, ByteBuffer data) throws IOException {
    return switch (ask(key, data)) {
      case STORED -> PutResult.STORED;
      case TAKEN -> readBack(key, data);
    };
  }

  /// Whether the service said that it has stored these bytes.
  boolean isStored(BlobKey key, ByteBuffer data) throws IOException {
    return ask(key, data) == Asked.STORED;
  }

  /// One conditional put.
  private Asked ask(BlobKey key, ByteBuffer data) throws IOException {
    WebRequest request =
        WebRequest.of("PUT", service.blob(service.prefix() + key.value()))
            .with(service.putHeaders())
            .with("Content-Type", "application/octet-stream")
            .with("Content-MD5", md5(data))
            .carrying(data);
    WebAnswer answer;
    try {
      answer = client.ask(service.authorized(request), WebBlobStore.DOCUMENT_BYTES_MAX);
    } catch (WebFailure e) {
      throw failures.unwritten(key.value(), e);
    }
    if (answer.status() == service.putStatus()) {
      return Asked.STORED;
    }
    boolean isTaken = answer.status() == PRECONDITION_FAILED || answer.status() == CONFLICT;
    if (isTaken && !failures.isMissingContainer(answer)) {
      return Asked.TAKEN;
    }
    IOException refusal = failures.unwritten(key.value(), answer);
    if (answer.status() == FORBIDDEN && isThere(key, refusal)) {
      return Asked.TAKEN;
    }
    throw refusal;
  }

  /// Whoever may create and not overwrite hears the same where something is there as whoever may
  /// not even create.
  private boolean isThere(BlobKey key, IOException refusal) throws IOException {
    try {
      return store.stat(key).isPresent();
    } catch (StoreUnavailableException | InterruptedIOException e) {
      e.addSuppressed(refusal);
      throw e;
    } catch (IOException e) {
      refusal.addSuppressed(e);
      return false;
    }
  }

  /// Something may have that name. It may be what we put: something between us and the service, a
  /// proxy for example, lost the first answer and sent the request again.
  private PutResult readBack(BlobKey key, ByteBuffer data) throws IOException {
    try {
      Optional<BlobStat> stat = store.stat(key);
      if (stat.isEmpty()) {
        throw new NoSuchBlobException("no blob " + key + " in " + service.describe());
      }
      if (stat.get().bytes() != data.remaining()) {
        return PutResult.ALREADY_PRESENT;
      }
      byte[] stored = store.get(key, data.remaining());
      return ByteBuffer.wrap(stored).equals(data) ? PutResult.STORED : PutResult.ALREADY_PRESENT;
    } catch (NoSuchBlobException e) {
      throw new StoreUnavailableException(
          "blob " + key + " was in somebody else's hands and is not there now", e);
    } catch (IOException e) {
      throw new WriteOutcomeUnknownException(
          "blob " + key + " is present, and nobody can say whether it is ours", e);
    }
  }

  private static String md5(ByteBuffer data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      digest.update(data.duplicate());
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
