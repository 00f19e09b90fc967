package io.holdfast.storage.s3;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.Pace;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.s3.ReadBody.Comparison;
import io.holdfast.storage.s3.S3Failures.Request;
import io.holdfast.storage.s3.S3Failures.Sent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Puts a blob with one request that the store refuses if the name is taken, with the SHA-256 of
/// the bytes for the store to check and to keep.
final class S3Put {
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Client s3;
  private final S3Place place;
  private final S3Timeouts timeouts;
  private final S3Failures failures;
  private final Pace pace;

  S3Put(S3Client s3, S3Place place, S3Timeouts timeouts, S3Failures failures, Pace pace) {
    this.s3 = s3;
    this.pace = pace;
    this.place = place;
    this.timeouts = timeouts;
    this.failures = failures;
  }

  /// What the store said.
  enum Answer {
    STORED,
    /// Something was there.
    TAKEN,
    /// Somebody else was putting or removing it at that moment.
    CONTENDED
  }

  PutResult put(BlobKey key, ByteBuffer data) throws IOException {
    return switch (ask(key, data)) {
      case STORED -> PutResult.STORED;
      case TAKEN, CONTENDED -> readBack(key, data);
    };
  }

  /// One conditional put.
  Answer ask(BlobKey key, ByteBuffer data) throws IOException {
    var body = new SentBody(data, pace);
    int bytes = data.remaining();
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.nameOf(key))
            .ifNoneMatch("*")
            .contentLength((long) bytes)
            .checksumSHA256(sha256(data))
            .overrideConfiguration(
                o ->
                    o.putExecutionAttribute(SentBody.ATTRIBUTE, body)
                        .apiCallAttemptTimeout(timeouts.of(bytes)))
            .build();
    try {
      var _ =
          s3.putObject(
              request, RequestBody.fromContentProvider(body, bytes, "application/octet-stream"));
      return Answer.STORED;
    } catch (S3Exception e) {
      return switch (e.statusCode()) {
        case PRECONDITION_FAILED -> Answer.TAKEN;
        case CONFLICT -> Answer.CONTENDED;
        default -> throw failures.unwritten(key.value(), e, sent(body));
      };
    } catch (SdkException e) {
      throw failures.unwritten(key.value(), e, sent(body));
    }
  }

  private static Sent sent(SentBody body) {
    return body.isComplete() ? Sent.WHOLE : Sent.NOT_ALL;
  }

  /// Something may have that name. It may be what we put: something between us and the store, a
  /// proxy for example, lost the first answer and sent the request again.
  private PutResult readBack(BlobKey key, ByteBuffer data) throws IOException {
    try {
      long bytes =
          s3.headObject(h -> h.bucket(place.bucket()).key(place.nameOf(key))).contentLength();
      if (bytes != data.remaining()) {
        return PutResult.ALREADY_PRESENT;
      }
      Comparison comparison =
          s3.getObject(
              g ->
                  g.bucket(place.bucket())
                      .key(place.nameOf(key))
                      .overrideConfiguration(
                          o -> o.apiCallAttemptTimeout(timeouts.of(data.remaining()))),
              ReadBody.comparing(data, pace));
      return switch (comparison) {
        case SAME -> PutResult.STORED;
        case DIFFERENT -> PutResult.ALREADY_PRESENT;
        case BROKEN_OFF ->
            throw new WriteOutcomeUnknownException(
                "blob " + key + " is present, and reading it back broke off");
      };
    } catch (NoSuchKeyException e) {
      throw new StoreUnavailableException(
          "blob " + key + " was in somebody else's hands and is not there now", e);
    } catch (SdkException e) {
      throw new WriteOutcomeUnknownException(
          "blob " + key + " is present, and nobody can say whether it is ours",
          failures.failed(Request.GET, key.value(), e));
    }
  }

  private static String sha256(ByteBuffer data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(data.duplicate());
      return Base64.getEncoder().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
