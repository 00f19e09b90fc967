package io.holdfast.storage.s3;

import io.holdfast.base.BackupException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.Pace;
import io.holdfast.storage.PutProbe;
import io.holdfast.storage.ReadBuffers;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.s3.ReadBody.Outcome;
import io.holdfast.storage.s3.S3Failures.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Blobs as objects of a bucket; the name is the prefix and the key. One blob is one PutObject with
/// `If-None-Match: *`, never a multipart upload, so that it is whole or absent and never replaced.
///
/// Requests are sent once. A put that failed after its last byte had left has an unknown outcome,
/// as has one that a server in trouble answers (5xx other than "slow down"); all other failures of
/// a put mean that nothing was stored. An answer that breaks off is `StoreUnavailableException`,
/// not a truncated blob.
///
/// In a bucket with versions a removal hides a blob, and the bucket's lifecycle rules make it go.
public final class S3BlobStore implements BlobStore {
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final S3Place place;
  private final S3Timeouts timeouts;
  private final S3Failures failures;
  private final S3Clients.Connected connected;
  private final S3Client s3;
  private final S3Put puts;
  private final S3Listing listing;
  private final PutProbe probe;
  private final Pace pace;
  private final ReadBuffers buffers = new ReadBuffers();

  private S3BlobStore(
      S3Place place,
      S3Clients.Connected connected,
      StoreContext context,
      S3Timeouts timeouts,
      int pageNamesMax) {
    this.place = place;
    this.timeouts = timeouts;
    this.failures = new S3Failures(place);
    this.connected = connected;
    this.s3 = connected.s3();
    this.pace = context.pace();
    this.puts = new S3Put(s3, place, timeouts, failures, pace);
    this.listing = new S3Listing(s3, place, timeouts, failures, pageNamesMax);
    this.probe =
        new PutProbe(
            this,
            (key, data) -> puts.ask(key, data) == S3Put.Answer.STORED,
            "If-None-Match",
            context.entropy());
  }

  /// Makes a client and asks the store for nothing.
  ///
  /// @throws BackupException `BAD_URL`
  static S3BlobStore open(S3Place place, StoreContext context, S3Timeouts timeouts) {
    return open(place, context, timeouts, S3Listing.PAGE_NAMES_MAX);
  }

  /// As [#open], with so many names at most on a page of a listing.
  static S3BlobStore open(
      S3Place place, StoreContext context, S3Timeouts timeouts, int pageNamesMax) {
    S3Timeouts paced = timeouts.at(context.pace());
    return new S3BlobStore(
        place, S3Clients.connect(place, context, paced), context, paced, pageNamesMax);
  }

  /// Requires that the bucket exists.
  void requireBucket() throws IOException {
    connected.requireBucket(place, timeouts, failures);
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    if (data.remaining() > BLOB_BYTES_MAX) {
      throw new IOException(
          "blob " + key + " has " + data.remaining() + " bytes, the limit is " + BLOB_BYTES_MAX);
    }
    return puts.put(key, data);
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    Outcome outcome =
        read(
            key,
            GetObjectRequest.builder()
                .bucket(place.bucket())
                .key(place.nameOf(key))
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.of(bytesMax)))
                .build(),
            new ReadBody(0, bytesMax, pace, buffers));
    return switch (outcome) {
      case Outcome.Whole whole -> whole.bytes();
      case Outcome.TooLong(long bytes) ->
          throw new IOException(
              "blob " + key + " has " + bytes + " bytes, expected at most " + bytesMax);
      case Outcome.Strange strange -> throw strange(key, strange);
      case Outcome.BrokenOff broken -> throw brokenOff(key, broken);
    };
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("bad range: " + length + " bytes at " + offset);
    }
    if (length == 0 || offset > Long.MAX_VALUE - length) {
      return checkedEmpty(key, offset, length);
    }
    Outcome outcome =
        read(
            key,
            GetObjectRequest.builder()
                .bucket(place.bucket())
                .key(place.nameOf(key))
                .range("bytes=" + offset + "-" + (offset + length - 1))
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.of(length)))
                .build(),
            new ReadBody(offset, length, pace, buffers));
    return switch (outcome) {
      case Outcome.Whole whole when whole.bytes().length == length -> whole.bytes();
      case Outcome.Whole whole ->
          throw truncated(key, offset, length, "it ends at " + (offset + whole.bytes().length));
      case Outcome.TooLong(long bytes) ->
          throw strange(key, new Outcome.Strange("asked for " + length + " bytes, got " + bytes));
      case Outcome.Strange strange -> throw strange(key, strange);
      case Outcome.BrokenOff broken -> throw brokenOff(key, broken);
    };
  }

  @Override
  public void giveBack(byte[] array) {
    buffers.giveBack(array);
  }

  /// A range without bytes, which no request can express, or one that no blob can have.
  private byte[] checkedEmpty(BlobKey key, long offset, int length) throws IOException {
    Optional<BlobStat> stat = stat(key);
    if (stat.isEmpty()) {
      throw new NoSuchBlobException("no blob " + key + " in " + place.describe());
    }
    if (length > 0 || offset > stat.get().bytes()) {
      throw truncated(key, offset, length, "it has " + stat.get().bytes());
    }
    return new byte[0];
  }

  private Outcome read(BlobKey key, GetObjectRequest request, ReadBody reader) throws IOException {
    try {
      return s3.getObject(request, reader);
    } catch (NoSuchKeyException e) {
      throw new NoSuchBlobException("no blob " + key + " in " + place.describe(), e);
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
        throw new TruncatedBlobException(
            "blob " + key + " in " + place.describe() + " ends before " + request.range(), e);
      }
      throw failures.failed(Request.GET, key.value(), e);
    } catch (SdkException e) {
      throw failures.failed(Request.GET, key.value(), e);
    }
  }

  private TruncatedBlobException truncated(BlobKey key, long offset, int length, String why) {
    return new TruncatedBlobException(
        "blob "
            + key
            + " in "
            + place.describe()
            + ": wanted "
            + length
            + " bytes at "
            + offset
            + ", "
            + why);
  }

  private StoreUnavailableException strange(BlobKey key, Outcome.Strange strange) {
    return new StoreUnavailableException(
        "cannot get " + key + " in " + place.describe() + ": " + strange.what());
  }

  private StoreUnavailableException brokenOff(BlobKey key, Outcome.BrokenOff broken) {
    return new StoreUnavailableException(
        "the answer for "
            + key
            + " in "
            + place.describe()
            + " broke off after "
            + broken.received()
            + " of "
            + broken.announced()
            + " bytes",
        broken.cause());
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    try {
      Long bytes =
          s3.headObject(
                  h ->
                      h.bucket(place.bucket())
                          .key(place.nameOf(key))
                          .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request())))
              .contentLength();
      if (bytes == null) {
        throw strange(key, new Outcome.Strange("the answer does not say its length"));
      }
      return Optional.of(new BlobStat(key, bytes));
    } catch (NoSuchKeyException _) {
      // This answer has no body, so a bucket that is gone looks the same. Nothing may be called
      // absent because of that.
      requireBucket();
      return Optional.empty();
    } catch (SdkException e) {
      throw failures.failed(Request.STAT, key.value(), e);
    }
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    listing.list(prefix, each);
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    BlobKey.requirePrefix(prefix);
    listing.names(prefix, each);
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    var _ = deleted(key);
  }

  /// A bucket with versions, of now or of an earlier time, answers a delete with a version of its
  /// own, the marker; Amazon's without them says nothing. Of what other servers do not say nobody
  /// knows.
  @Override
  public AfterDelete afterDelete(BlobKey probe) throws IOException {
    var _ = putIfAbsent(probe, ByteBuffer.wrap(new byte[] {1}));
    Optional<DeleteObjectResponse> answer = deleted(probe);
    if (answer.isEmpty()) {
      return AfterDelete.UNKNOWN;
    }
    boolean marked =
        Boolean.TRUE.equals(answer.get().deleteMarker()) || answer.get().versionId() != null;
    AfterDelete unsaid = place.endpoint().isEmpty() ? AfterDelete.GONE : AfterDelete.UNKNOWN;
    return marked ? AfterDelete.KEPT : unsaid;
  }

  /// Empty if the store says that there was nothing to delete.
  private Optional<DeleteObjectResponse> deleted(BlobKey key) throws IOException {
    try {
      return Optional.of(
          s3.deleteObject(
              d ->
                  d.bucket(place.bucket())
                      .key(place.nameOf(key))
                      .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request()))));
    } catch (NoSuchKeyException _) {
      return Optional.empty();
    } catch (SdkException e) {
      throw failures.failed(Request.DELETE, key.value(), e);
    }
  }

  @Override
  public StoreCapabilities capabilities() throws IOException {
    return probe.probe();
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
