package io.holdfast.storage.web;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.PutProbe;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.web.WebAnswer.Body;
import io.holdfast.storage.web.WebService.Verb;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Blobs in a container of a [WebService]; the name is the service's prefix and the key. One blob
/// is one request that the service refuses if the name is taken, with the MD5 of the bytes for the
/// service to check.
///
/// Requests are sent once. A put that failed after its last byte had left has an unknown outcome,
/// as has one that a server in trouble answers (5xx other than "busy"); all other failures of a put
/// mean that nothing was stored. An answer that breaks off is `StoreUnavailableException`, not a
/// truncated blob.
public final class WebBlobStore implements BlobStore {
  private static final int PARTIAL_CONTENT = 206;
  private static final int NOT_FOUND = 404;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  static final int DOCUMENT_BYTES_MAX = 64 << 10;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final WebService service;
  private final WebClient client;
  private final WebFailures failures;
  private final WebListing listing;
  private final WebPut puts;
  private final PutProbe probe;

  /// @param client closed with the store
  public WebBlobStore(WebService service, WebClient client, StoreContext context) {
    this.service = service;
    this.client = client;
    this.failures = new WebFailures(service);
    this.listing = new WebListing(service, client, failures);
    this.puts = new WebPut(this, service, client, failures);
    this.probe = new PutProbe(this, puts::isStored, service.condition(), context.entropy());
  }

  /// Requires that the container exists.
  public void requireContainer() throws IOException {
    listing.requireContainer();
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
    WebAnswer answer = read(key, request("GET", key), bytesMax);
    return switch (answer.body()) {
      case Body.Whole whole -> whole.bytes();
      case Body.TooLong(long bytes) ->
          throw new IOException(
              "blob " + key + " has " + bytes + " bytes, expected at most " + bytesMax);
      case Body.WithoutLength _ -> throw strange(key, "the answer does not say its length");
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
    String range = "bytes=" + offset + "-" + (offset + length - 1);
    WebAnswer answer = read(key, request("GET", key).with("Range", range), length);
    requireBegin(key, offset, answer);
    return switch (answer.body()) {
      case Body.Whole whole -> exactly(key, offset, length, whole.bytes(), answer);
      case Body.TooLong(long bytes) ->
          throw strange(key, "asked for " + length + " bytes, got " + bytes);
      case Body.WithoutLength _ -> throw strange(key, "the answer does not say its length");
    };
  }

  @Override
  public void giveBack(byte[] array) {
    client.giveBack(array);
  }

  /// Only the end of the blob makes fewer bytes than wanted a truncated blob.
  private byte[] exactly(BlobKey key, long offset, int length, byte[] bytes, WebAnswer answer)
      throws TruncatedBlobException, StoreUnavailableException {
    if (bytes.length != length) {
      Matcher range = CONTENT_RANGE.matcher(answer.header("content-range").orElse(""));
      String end = String.valueOf(offset + bytes.length);
      boolean isAtEnd =
          answer.status() != PARTIAL_CONTENT || (range.matches() && range.group(2).equals(end));
      if (!isAtEnd) {
        throw strange(
            key, "asked for " + length + " bytes, got " + bytes.length + " of a longer blob");
      }
      throw truncated(key, offset, length, "it ends at " + (offset + bytes.length));
    }
    return bytes;
  }

  private void requireBegin(BlobKey key, long offset, WebAnswer answer)
      throws StoreUnavailableException {
    String contentRange = answer.header("content-range").orElse("");
    Matcher range = CONTENT_RANGE.matcher(contentRange);
    long begin = contentRange.isEmpty() ? 0 : range.matches() ? Long.parseLong(range.group(1)) : -1;
    if (begin != offset) {
      throw strange(key, "asked for bytes from " + offset + ", got those from " + begin);
    }
  }

  /// A range without bytes, which no request can express, or one that no blob can have.
  private byte[] checkedEmpty(BlobKey key, long offset, int length) throws IOException {
    Optional<BlobStat> stat = stat(key);
    if (stat.isEmpty()) {
      throw new NoSuchBlobException("no blob " + key + " in " + service.describe());
    }
    if (length > 0 || offset > stat.get().bytes()) {
      throw truncated(key, offset, length, "it has " + stat.get().bytes());
    }
    return new byte[0];
  }

  private WebAnswer read(BlobKey key, WebRequest request, int bytesMax) throws IOException {
    WebAnswer answer;
    try {
      answer = client.blob(service.authorized(request), bytesMax);
    } catch (WebFailure e) {
      throw failures.unanswered(Verb.GET, key.value(), e);
    }
    if (answer.isSuccess()) {
      return answer;
    }
    if (answer.status() == NOT_FOUND && !failures.isMissingContainer(answer)) {
      requireSaid(answer);
      throw new NoSuchBlobException("no blob " + key + " in " + service.describe());
    }
    if (answer.status() == RANGE_NOT_SATISFIABLE) {
      throw new TruncatedBlobException(
          "blob " + key + " in " + service.describe() + " ends before " + request.header("Range"));
    }
    throw failures.refused(Verb.GET, key.value(), answer);
  }

  /// An answer without a code does not tell a blob that is gone from a container that is gone.
  /// Nothing may be called absent because of that.
  private void requireSaid(WebAnswer answer) throws IOException {
    if (service.codeOf(answer).isEmpty()) {
      requireContainer();
    }
  }

  private TruncatedBlobException truncated(BlobKey key, long offset, int length, String why) {
    return new TruncatedBlobException(
        "blob %s in %s: wanted %d bytes at %d, %s"
            .formatted(key, service.describe(), length, offset, why));
  }

  private StoreUnavailableException strange(BlobKey key, String what) {
    return new StoreUnavailableException(
        "cannot get " + key + " in " + service.describe() + ": " + what);
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    WebAnswer answer = ask(Verb.STAT, "HEAD", key);
    if (answer.isSuccess()) {
      OptionalLong bytes = answer.length();
      if (bytes.isEmpty()) {
        throw strange(key, "the answer does not say its length");
      }
      return Optional.of(new BlobStat(key, bytes.getAsLong()));
    }
    if (answer.status() == NOT_FOUND && !failures.isMissingContainer(answer)) {
      requireSaid(answer);
      return Optional.empty();
    }
    throw failures.refused(Verb.STAT, key.value(), answer);
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

  private WebAnswer deleted(BlobKey key) throws IOException {
    WebAnswer answer = ask(Verb.DELETE, "DELETE", key);
    if (answer.isSuccess()
        || (answer.status() == NOT_FOUND && !failures.isMissingContainer(answer))) {
      return answer;
    }
    throw failures.refused(Verb.DELETE, key.value(), answer);
  }

  @Override
  public AfterDelete afterDelete(BlobKey probe) throws IOException {
    var _ = putIfAbsent(probe, ByteBuffer.wrap(new byte[] {1}));
    WebAnswer looked = ask(Verb.STAT, "HEAD", probe);
    WebAnswer deleted = deleted(probe);
    return looked.isSuccess() && deleted.isSuccess()
        ? service.afterDelete(looked, deleted)
        : AfterDelete.UNKNOWN;
  }

  private WebAnswer ask(Verb verb, String method, BlobKey key) throws IOException {
    try {
      return client.ask(service.authorized(request(method, key)), DOCUMENT_BYTES_MAX);
    } catch (WebFailure e) {
      throw failures.unanswered(verb, key.value(), e);
    }
  }

  private WebRequest request(String method, BlobKey key) {
    return WebRequest.of(method, service.blob(service.prefix() + key.value()));
  }

  @Override
  public StoreCapabilities capabilities() throws IOException {
    return probe.probe();
  }

  @Override
  public String describe() {
    return service.describe();
  }

  @Override
  public void close() {
    client.close();
  }
}
