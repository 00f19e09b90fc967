package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobLockedException;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.RetryingBlobStore;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import io.holdfast.storage.web.testing.ForgedListing;
import io.holdfast.storage.web.testing.ListingFaults;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of requests when the network or the server fails in the middle of them.
@ExtendWith(S3Servers.class)
class S3FaultsTest {
  private static final S3Timeouts SHORT =
      new S3Timeouts(
          Duration.ofSeconds(5), Duration.ofMillis(700), Duration.ofMillis(1500), 1 << 20);
  private static final BlobKey KEY = new BlobKey("packs/aa/one");

  private final S3Server server;
  private final FaultProxy proxy;
  private final S3BlobStore store;
  private final List<Duration> waited = new ArrayList<>();

  S3FaultsTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) throws IOException {
    this.server = server;
    this.proxy = FaultProxy.before(server.port());
    this.store = open(server.placeAt(proxy.endpoint()), S3Timeouts.DEFAULT);
  }

  private static S3BlobStore open(String place, S3Timeouts timeouts) {
    var url = StoreUrl.parse(place, "");
    return S3BlobStore.open(S3Place.of(url, S3Server.context()), S3Server.context(), timeouts);
  }

  @BeforeEach
  void warmUp() throws IOException {
    assertThat(store.stat(new BlobKey("nothing"))).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    proxy.close();
  }

  @Test
  void aLostAnswerLeavesTheOutcomeUnknownAndIsFoundOut() throws IOException {
    byte[] bytes = Seeds.entropy(1).bytes(3 << 20);
    proxy.next("PUT", 1, new Fault.AnswerLost());
    assertThatThrownBy(() -> put(store, bytes)).isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(store.stat(KEY)).contains(new BlobStat(KEY, bytes.length));

    store.delete(KEY);
    proxy.next("PUT", 1, new Fault.AnswerLost());
    assertThat(put(retrying(), bytes)).isEqualTo(PutResult.STORED);
    assertThat(put(retrying(), new byte[3 << 20])).isEqualTo(PutResult.ALREADY_PRESENT);
    assertThat(store.get(KEY, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void aPutThatSomethingInBetweenSentTwiceIsItsOwn() throws IOException {
    proxy.next("PUT", 1, new Fault.Twice());
    assertThat(put(store, new byte[] {1, 2, 3})).isEqualTo(PutResult.STORED);

    proxy.next("PUT", 1, new Fault.Twice());
    assertThat(put(store, new byte[] {3, 2, 1})).isEqualTo(PutResult.ALREADY_PRESENT);
    assertThat(put(store, new byte[] {3})).isEqualTo(PutResult.ALREADY_PRESENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 300_000, 48 << 20})
  void aPutThatIsCutOffStoresNothing(int length) throws IOException {
    byte[] bytes = Seeds.entropy(2).bytes(length);
    proxy.next("PUT", 1, new Fault.ResetInBody());
    if (length >= 48 << 20) {
      assertThatThrownBy(() -> put(store, bytes)).isInstanceOf(StoreUnavailableException.class);
    } else {
      // A small body may lie in the system's buffers as a whole: then nobody knows.
      assertThatThrownBy(() -> put(store, bytes))
          .isInstanceOfAny(StoreUnavailableException.class, WriteOutcomeUnknownException.class);
    }
    assertThat(store.stat(KEY)).isEmpty();

    proxy.next("PUT", 2, new Fault.ResetInBody());
    assertThat(put(retrying(), bytes)).isEqualTo(PutResult.STORED);
    assertThat(store.get(KEY, length)).isEqualTo(bytes);
    assertThat(waited).hasSize(2);
  }

  @Test
  void anAnswerThatBreaksOffIsNoShortBlob() throws IOException {
    byte[] bytes = Seeds.entropy(3).bytes(2 << 20);
    assertThat(put(store, bytes)).isEqualTo(PutResult.STORED);
    // The next ones of these lengths are read into arrays that are full of something.
    store.giveBack(store.get(KEY, bytes.length));
    store.giveBack(store.getRange(KEY, 1, 1 << 20));

    proxy.next("GET", 2, new Fault.AnswerCut());
    assertThatThrownBy(() -> store.get(KEY, bytes.length))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.getRange(KEY, 1, 1 << 20))
        .isInstanceOf(StoreUnavailableException.class);
    proxy.next("GET", 2, new Fault.AnswerCut());
    assertThat(retrying().get(KEY, bytes.length)).isEqualTo(bytes);

    proxy.next("GET", 2, new Fault.AnswerCut());
    List<String> names = new ArrayList<>();
    assertThatThrownBy(() -> store.list("", stat -> names.add(stat.key().value())))
        .isInstanceOf(StoreUnavailableException.class);
    retrying().list("", stat -> names.add(stat.key().value()));
    assertThat(names).containsExactly(KEY.value());
  }

  @Test
  void silenceEndsInATimeout() throws IOException {
    try (S3BlobStore impatient = open(server.placeAt(proxy.endpoint()), SHORT)) {
      assertThat(put(impatient, new byte[2 << 20])).isEqualTo(PutResult.STORED);
      proxy.choose(_ -> new Fault.Silence());
      assertThatThrownBy(() -> impatient.get(KEY, 2 << 20))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> impatient.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> impatient.list("", _ -> {}))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> impatient.delete(KEY)).isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> put(impatient, new byte[40]))
          .isInstanceOf(WriteOutcomeUnknownException.class);
      proxy.choose(_ -> new Fault.AnswerStalls());
      assertThatThrownBy(() -> impatient.get(KEY, 2 << 20))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(Thread.interrupted()).isFalse();
      proxy.choose(_ -> Fault.none());
      assertThat(impatient.get(KEY, 2 << 20)).hasSize(2 << 20);
    }
  }

  @Test
  void nobodyListening() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (S3BlobStore nowhere = open(server.placeAt("http://127.0.0.1:" + port), SHORT)) {
      assertThatThrownBy(() -> put(nowhere, new byte[100]))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(KEY.value());
      assertThatThrownBy(() -> nowhere.get(KEY, 1)).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"503,SlowDown", "503,ServiceUnavailable", "429,TooManyRequests"})
  void aBusyStoreIsAskedAgain(int status, String code) throws IOException {
    proxy.next("PUT", 1, new Fault.Answer(status, code, "Please reduce your request rate."));
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining(code);

    proxy.next("PUT", 3, new Fault.Answer(status, code, "Please reduce your request rate."));
    assertThat(put(retrying(), new byte[10])).isEqualTo(PutResult.STORED);
    proxy.next("GET", 3, new Fault.Answer(status, code, "Please reduce your request rate."));
    assertThat(retrying().get(KEY, 10)).hasSize(10);
    assertThat(waited).hasSize(6);
  }

  /// One that answers before it has read the body, as big stores do.
  @Test
  void aRefusalIsHeardAlthoughTheBodyIsStillToCome() {
    proxy.next("PUT", 1, new Fault.Answer(503, "SlowDown", "later"));
    assertThatThrownBy(() -> put(store, new byte[16 << 20]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("503");

    proxy.next("PUT", 1, new Fault.Answer(403, "AccessDenied", "no"));
    assertRefused(() -> put(store, new byte[16 << 20]), "s3:PutObject");
    proxy.next("PUT", 1, new Fault.Answer(404, "NoSuchBucket", "no"));
    assertRefused(() -> put(store, new byte[16 << 20]), "bucket");
    proxy.next("PUT", 1, new Fault.Answer(412, "PreconditionFailed", "no"));
    assertThatThrownBy(() -> put(store, new byte[16 << 20]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("not there now");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 504})
  void aServerInTroubleMayHaveWritten(int status) throws IOException {
    proxy.next("PUT", 1, new Fault.Answer(status, "InternalError", "We encountered an error."));
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    proxy.next("HEAD", 1, new Fault.Answer(status, "InternalError", ""));
    assertThatThrownBy(() -> store.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
    proxy.next("DELETE", 1, new Fault.Answer(status, "InternalError", ""));
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aConflictIsReadBack() throws IOException {
    var conflict = new Fault.Answer(409, "ConditionalRequestConflict", "conflicting operation");
    proxy.next("PUT", 1, conflict);
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class);
    proxy.next("PUT", 1, conflict);
    assertThat(put(retrying(), new byte[10])).isEqualTo(PutResult.STORED);
    proxy.next("PUT", 1, conflict);
    assertThat(put(store, new byte[11])).isEqualTo(PutResult.ALREADY_PRESENT);
    proxy.next("PUT", 1, conflict);
    assertThat(put(store, new byte[10])).isEqualTo(PutResult.STORED);
  }

  @Test
  void aMissingPermissionIsNamedAndNotTriedAgain() {
    proxy.choose(_ -> new Fault.Answer(403, "AccessDenied", "Access Denied"));
    assertRefused(() -> put(retrying(), new byte[10]), "s3:PutObject");
    assertRefused(() -> store.get(KEY, 10), "s3:GetObject");
    assertRefused(() -> store.stat(KEY), "s3:GetObject");
    assertRefused(() -> store.list("", _ -> {}), "s3:ListBucket");
    assertRefused(() -> store.delete(KEY), "s3:DeleteObject");
    assertThat(waited).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "403,SignatureDoesNotMatch,access key",
    "403,InvalidAccessKeyId,access key",
    "400,ExpiredToken,session token",
    "403,RequestTimeTooSkewed,clock",
    "301,PermanentRedirect,region",
    "501,NotImplemented,support"
  })
  void otherRefusalsSayWhatToDo(int status, String code, String advice) {
    proxy.choose(_ -> new Fault.Answer(status, code, "no"));
    assertRefused(() -> put(store, new byte[10]), advice);
    assertRefused(() -> store.get(KEY, 10), advice);
  }

  @ParameterizedTest
  @CsvSource({
    "403,AccessDenied,Access Denied because object protected by object lock.",
    "400,InvalidRequest,Object is WORM protected and cannot be overwritten",
    "403,AccessDenied,The retention period of this object has not ended"
  })
  void aLockedBlobIsToldFromAForbiddenRemoval(int status, String code, String message) {
    proxy.choose(_ -> new Fault.Answer(status, code, message));
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(BlobLockedException.class);
    proxy.choose(_ -> new Fault.Answer(403, "AccessDenied", "Access Denied"));
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(StoreRefusedException.class);
  }

  @Test
  void aFullStoreIsFull() {
    proxy.choose(_ -> new Fault.Answer(507, "XMinioStorageFull", "no space"));
    assertThatThrownBy(() -> put(store, new byte[10])).isInstanceOf(StoreFullException.class);
    proxy.choose(_ -> new Fault.Answer(403, "QuotaExceeded", "no space"));
    assertThatThrownBy(() -> put(store, new byte[10])).isInstanceOf(StoreFullException.class);
  }

  @Test
  void aBucketThatIsGoneIsNoEmptyBucket() throws IOException {
    String place = "s3://no-such-bucket-here/x?endpoint=" + server.endpoint();
    try (BlobStore gone = open(place, S3Timeouts.DEFAULT)) {
      for (var request :
          List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> gone.get(KEY, 1),
              () -> gone.getRange(KEY, 0, 0),
              () -> gone.stat(KEY),
              () -> gone.list("", _ -> {}),
              () -> gone.names("", _ -> {}),
              () -> put(gone, new byte[1]))) {
        assertThatThrownBy(request)
            .isInstanceOf(StoreRefusedException.class)
            .hasMessageContaining("no-such-bucket-here")
            .satisfies(
                e ->
                    assertThat(((StoreRefusedException) e).code())
                        .isEqualTo(ErrorCode.REPOSITORY_MISSING));
      }
    }
  }

  @Test
  void aListingThatIsNotSortedIsRefused() {
    ListingFaults.refusesWhatIsNotSorted(store, proxy, ForgedListing.Format.S3);
  }

  @Test
  void aListingThatDoesNotEndIsGivenUp() {
    ListingFaults.givesUpWhatDoesNotEnd(store, proxy, ForgedListing.Format.S3);
    proxy.choose(
        _ ->
            new Fault.Document(
                "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"));
    assertThatThrownBy(() -> store.list("packs/", _ -> {}))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("cannot be continued");
  }

  @Test
  void aStoreWhoseListingsLeaveOutWhatIsNewIsFoundOut() throws IOException {
    ListingFaults.findsOutWhatLeavesOutNewBlobs(store, proxy, ForgedListing.Format.S3);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable request, String advice) {
    assertThatThrownBy(request)
        .isInstanceOf(StoreRefusedException.class)
        .satisfies(e -> assertThat(((StoreRefusedException) e).advice()).contains(advice));
  }

  private RetryingBlobStore retrying() {
    var policy = new RetryingBlobStore.Policy(6, Duration.ofMillis(10), Duration.ofMillis(10));
    return new RetryingBlobStore(store, policy, Seeds.entropy(4), waited::add);
  }

  private static PutResult put(BlobStore store, byte[] bytes) throws IOException {
    return store.putIfAbsent(KEY, ByteBuffer.wrap(bytes));
  }
}
