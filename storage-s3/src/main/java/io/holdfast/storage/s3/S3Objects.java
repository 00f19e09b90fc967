package io.holdfast.storage.s3;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NewObject;
import io.holdfast.storage.ObjectChangedException;
import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.Pace;
import io.holdfast.storage.ReadBuffers;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.StoredObject;
import io.holdfast.storage.s3.ReadBody.Outcome.BrokenOff;
import io.holdfast.storage.s3.ReadBody.Outcome.Strange;
import io.holdfast.storage.s3.ReadBody.Outcome.TooLong;
import io.holdfast.storage.s3.ReadBody.Outcome.Whole;
import io.holdfast.storage.s3.S3Failures.Request;
import io.holdfast.storage.s3.S3Failures.Sent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Objects of an application in a bucket. A version is an ETag. Each change is one request with a
/// condition (`If-Match`, `If-None-Match: *`), and a look before it: there are stores that do not
/// know the conditions of all requests and say nothing about it.
///
/// Requests are sent once. What a failed put means is as in [S3BlobStore].
final class S3Objects implements ObjectPlace {
  private static final long PUT_BYTES_MAX = 5L << 30;
  private static final int KEY_BYTES_MAX = 1024;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;
  private static final String ANY_TYPE = "application/octet-stream";

  private final S3Place place;
  private final S3Timeouts timeouts;
  private final S3Failures failures;
  private final S3Clients.Connected connected;
  private final S3Client s3;
  private final Pace pace;
  private final ReadBuffers buffers = new ReadBuffers();

  private S3Objects(S3Place place, S3Clients.Connected connected, S3Timeouts timeouts, Pace pace) {
    this.place = place;
    this.timeouts = timeouts;
    this.failures = new S3Failures(place, ErrorCode.STORE_UNAVAILABLE);
    this.connected = connected;
    this.s3 = connected.s3();
    this.pace = pace;
  }

  /// Makes a client and asks the store for nothing.
  ///
  /// @throws BackupException `BAD_URL`
  static S3Objects open(S3Place place, StoreContext context, S3Timeouts timeouts) {
    S3Timeouts paced = timeouts.at(context.pace());
    return new S3Objects(place, S3Clients.connect(place, context, paced), paced, context.pace());
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    if (isTooLong(key)) {
      return Optional.empty();
    }
    try {
      HeadObjectResponse head =
          s3.headObject(
              h ->
                  h.bucket(place.bucket())
                      .key(place.nameOf(key))
                      .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request())));
      Long bytes = head.contentLength();
      String version = head.eTag();
      if (bytes == null || version == null || version.isEmpty()) {
        throw new StoreUnavailableException(
            "cannot look at "
                + key
                + " in "
                + place.describe()
                + ": the answer does not say its length and its ETag");
      }
      return Optional.of(new StoredObject(bytes, version, ObjectHeaders.of(head)));
    } catch (NoSuchKeyException _) {
      // This answer has no body, so a bucket that is gone looks the same.
      connected.requireBucket(place, timeouts, failures);
      return Optional.empty();
    } catch (SdkException e) {
      throw failures.failed(Request.STAT, key, e);
    }
  }

  private boolean isTooLong(String key) {
    return place.nameOf(key).getBytes(StandardCharsets.UTF_8).length > KEY_BYTES_MAX;
  }

  @Override
  public byte[] read(String key, String version, long offset, int length) throws IOException {
    if (offset < 0 || length < 1 || length > PIECE_BYTES_MAX) {
      throw new IllegalArgumentException("bad range: " + length + " bytes at " + offset);
    }
    GetObjectRequest request =
        GetObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.nameOf(key))
            .ifMatch(version)
            .range("bytes=" + offset + "-" + (offset + length - 1))
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.of(length)))
            .build();
    String what = "cannot get " + key + " in " + place.describe() + ": ";
    ReadBody.Outcome outcome;
    try {
      outcome = s3.getObject(request, new ReadBody(offset, length, pace, buffers));
    } catch (NoSuchKeyException e) {
      throw new ObjectChangedException(what + "it is gone", e);
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        throw new ObjectChangedException(what + "it was replaced", e);
      }
      throw failures.failed(Request.GET, key, e);
    } catch (SdkException e) {
      throw failures.failed(Request.GET, key, e);
    }
    return switch (outcome) {
      case Whole whole when whole.bytes().length == length -> whole.bytes();
      case Whole whole ->
          throw new StoreUnavailableException(
              what + "asked for " + length + " bytes, got " + whole.bytes().length);
      case TooLong(long bytes) ->
          throw new StoreUnavailableException(
              what + "asked for " + length + " bytes, got " + bytes);
      case Strange strange -> throw new StoreUnavailableException(what + strange.what());
      case BrokenOff broken ->
          throw new StoreUnavailableException(
              what
                  + "the answer broke off after "
                  + broken.received()
                  + " of "
                  + broken.announced()
                  + " bytes",
              broken.cause());
    };
  }

  @Override
  public Outcome put(String key, Optional<String> before, NewObject content) throws IOException {
    Optional<String> obstacle = obstacle(key, content.bytes());
    if (obstacle.isPresent()) {
      throw new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          "cannot put " + key + " into " + place.describe() + ": " + obstacle.get(),
          "Leave its group out, or put it into a directory.",
          null);
    }
    if (!isStill(key, before)) {
      return Outcome.CHANGED;
    }
    var body = new SentBody(content.body(), content.bytes(), pace);
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.nameOf(key))
            .contentLength(content.bytes())
            .checksumSHA256(
                Base64.getEncoder().encodeToString(HexFormat.of().parseHex(content.sha256())))
            .overrideConfiguration(
                o ->
                    o.putExecutionAttribute(SentBody.ATTRIBUTE, body)
                        .apiCallAttemptTimeout(timeouts.of(content.bytes())));
    before.ifPresentOrElse(request::ifMatch, () -> request.ifNoneMatch("*"));
    ObjectHeaders.say(content.headers(), request);
    return send(key, before, request.build(), body, content);
  }

  private Outcome send(
      String key,
      Optional<String> before,
      PutObjectRequest request,
      SentBody body,
      NewObject content)
      throws IOException {
    String type = content.headers().getOrDefault(ObjectHeaders.CONTENT_TYPE, ANY_TYPE);
    try {
      var _ = s3.putObject(request, RequestBody.fromContentProvider(body, content.bytes(), type));
      return Outcome.DONE;
    } catch (RuntimeException e) {
      // The SDK wraps what happens while it reads: in its own exceptions, and in others.
      body.requireReadable();
      if (e instanceof S3Exception answer
          && (answer.statusCode() == PRECONDITION_FAILED || isGone(before, answer))) {
        return Outcome.CHANGED;
      }
      if (e instanceof SdkException failed) {
        throw failures.unwritten(key, failed, body.isComplete() ? Sent.WHOLE : Sent.NOT_ALL);
      }
      throw e;
    }
  }

  /// What was to be replaced is not there.
  private static boolean isGone(Optional<String> before, S3Exception answer) {
    return before.isPresent()
        && answer.statusCode() == NOT_FOUND
        && !S3Failures.codeOf(answer).equals("NoSuchBucket");
  }

  private boolean isStill(String key, Optional<String> version) throws IOException {
    return find(key).map(StoredObject::version).equals(version);
  }

  @Override
  public Outcome delete(String key, String version) throws IOException {
    if (!isStill(key, Optional.of(version))) {
      return Outcome.CHANGED;
    }
    DeleteObjectRequest request =
        DeleteObjectRequest.builder()
            .bucket(place.bucket())
            .key(place.nameOf(key))
            .ifMatch(version)
            .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request()))
            .build();
    try {
      return deleted(request);
    } catch (S3Exception e) {
      if (e.statusCode() != NOT_IMPLEMENTED) {
        throw failures.failed(Request.DELETE, key, e);
      }
      // A store that knows no such condition and says so: the look has to do.
      return unconditionally(key, request);
    } catch (SdkException e) {
      throw failures.failed(Request.DELETE, key, e);
    }
  }

  private Outcome unconditionally(String key, DeleteObjectRequest request) throws IOException {
    try {
      return deleted(request.toBuilder().ifMatch(null).build());
    } catch (SdkException e) {
      throw failures.failed(Request.DELETE, key, e);
    }
  }

  private Outcome deleted(DeleteObjectRequest request) {
    try {
      var _ = s3.deleteObject(request);
      return Outcome.DONE;
    } catch (NoSuchKeyException _) {
      return Outcome.CHANGED;
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        return Outcome.CHANGED;
      }
      throw e;
    }
  }

  @Override
  public Optional<String> obstacle(String key, long bytes) {
    if (bytes > PUT_BYTES_MAX) {
      return Optional.of("it has more than 5 GiB, the most that one put takes");
    }
    return isTooLong(key)
        ? Optional.of("its key has more than " + KEY_BYTES_MAX + " bytes")
        : Optional.empty();
  }

  @Override
  public String describe() {
    return place.describe();
  }

  @Override
  public void close() {
    connected.close();
  }
}
