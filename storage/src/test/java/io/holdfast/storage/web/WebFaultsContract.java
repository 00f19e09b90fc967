package io.holdfast.storage.web;

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
import io.holdfast.storage.StoreCapabilities.Support;
import io.holdfast.storage.StoreFullException;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import io.holdfast.storage.web.testing.ForgedListing;
import io.holdfast.storage.web.testing.ListingFaults;
import io.holdfast.storage.web.testing.TlsFaults;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of requests when the network or the server fails in the middle of them. Each store
/// over HTTP has a subclass that knows its server.
public abstract class WebFaultsContract {
  private static final WebTimeouts SHORT =
      new WebTimeouts(
          Duration.ofSeconds(5), Duration.ofMillis(700), Duration.ofMillis(1500), 1 << 20);
  protected static final BlobKey KEY = new BlobKey("packs/aa/one");

  protected FaultProxy proxy;
  protected BlobStore store;
  private final List<Duration> waited = new ArrayList<>();

  /// The port of a running server.
  protected abstract int serverPort() throws IOException;

  /// An empty place of that server, by way of something at `endpoint`, which begins with `http:`.
  protected abstract BlobStore open(String endpoint, WebTimeouts timeouts) throws IOException;

  /// As [#open], where requests may be changed on their way.
  protected abstract BlobStore openUnsigned(String endpoint) throws IOException;

  /// As [#open], where `endpoint` has a certificate.
  ///
  /// @param caFile empty, or `&ca-file=…`
  protected abstract BlobStore openByTls(String endpoint, String caFile) throws IOException;

  /// As [#open], in a container that does not exist.
  protected abstract BlobStore openMissing(String endpoint) throws IOException;

  /// The answer of a service that has too much to do.
  protected abstract Fault.Answer busy();

  /// The answer about a blob that may not be removed yet.
  protected abstract Fault.Answer locked();

  /// The answer to somebody who lacks a permission.
  protected abstract Fault.Answer forbidden();

  /// The answer to somebody who is not known.
  protected abstract Fault.Answer unknownCaller();

  /// How the service writes a page of a listing.
  protected abstract ForgedListing.Format pageFormat();

  /// A part of what is advised then.
  protected abstract String adviceForUnknownCaller();

  @BeforeEach
  void openStore() throws IOException {
    proxy = FaultProxy.before(serverPort());
    store = open(proxy.endpoint(), WebTimeouts.DEFAULT);
    assertThat(store.stat(new BlobKey("nothing"))).isEmpty();
  }

  @AfterEach
  void closeStore() throws IOException {
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
    try (BlobStore impatient = open(proxy.endpoint(), SHORT)) {
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
  void anInterruptionAfterTheLastByteLeavesTheOutcomeUnknown() throws IOException {
    Thread caller = Thread.currentThread();
    proxy.choose(_ -> new Fault.SilenceAfter(caller::interrupt));
    assertThatThrownBy(() -> put(store, new byte[40]))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> store.get(KEY, 40)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    proxy.choose(_ -> Fault.none());
    assertThat(put(store, new byte[40])).isEqualTo(PutResult.STORED);
  }

  @Test
  void nobodyListening() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (BlobStore nowhere = open("http://127.0.0.1:" + port, SHORT)) {
      assertThatThrownBy(() -> put(nowhere, new byte[100]))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(KEY.value());
      assertThatThrownBy(() -> nowhere.get(KEY, 1)).isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Test
  void aBusyStoreIsAskedAgain() throws IOException {
    proxy.next("PUT", 1, busy());
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining(busy().code());

    proxy.next("PUT", 3, busy());
    assertThat(put(retrying(), new byte[10])).isEqualTo(PutResult.STORED);
    proxy.next("GET", 3, busy());
    assertThat(retrying().get(KEY, 10)).hasSize(10);
    assertThat(waited).hasSize(6);
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

  @ParameterizedTest
  @ValueSource(ints = {409, 412})
  void aConflictIsReadBack(int status) throws IOException {
    var conflict = new Fault.Answer(status, "Conflict", "conflicting operation");
    proxy.next("PUT", 1, conflict);
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("not there now");
    proxy.next("PUT", 1, conflict);
    assertThat(put(retrying(), new byte[10])).isEqualTo(PutResult.STORED);
    proxy.next("PUT", 1, conflict);
    assertThat(put(store, new byte[11])).isEqualTo(PutResult.ALREADY_PRESENT);
    proxy.next("PUT", 1, conflict);
    assertThat(put(store, new byte[10])).isEqualTo(PutResult.STORED);
  }

  @Test
  void aMissingPermissionIsNamedAndNotTriedAgain() {
    proxy.choose(_ -> forbidden());
    assertRefused(() -> put(retrying(), new byte[10]), "create");
    assertRefused(() -> store.get(KEY, 10), "Allow");
    assertRefused(() -> store.list("", _ -> {}), "list");
    assertRefused(() -> store.delete(KEY), "delete");
    assertThat(waited).isEmpty();
  }

  @Test
  void aForbiddenPutIsFinalOnlyWhereTheLookThatFollowsSaysSo() throws IOException {
    var looks = new AtomicInteger();
    proxy.choose(
        line ->
            line.startsWith("PUT ") || (line.startsWith("HEAD ") && looks.incrementAndGet() > 2)
                ? forbidden()
                : line.startsWith("HEAD ") ? busy() : Fault.none());
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(StoreUnavailableException.class);
    assertRefused(() -> put(retrying(), new byte[10]), "create");
    assertThat(looks).hasValue(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {202, 204})
  void anotherSuccessThanThatOfAPutProvesNothing(int status) throws IOException {
    proxy.next("PUT", 1, new Fault.Answer(status, "", ""));
    assertThatThrownBy(() -> put(store, new byte[10]))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(store.stat(KEY)).isEmpty();
    proxy.next("PUT", 1, new Fault.Answer(status, "", ""));
    assertThat(put(retrying(), new byte[10])).isEqualTo(PutResult.STORED);
    assertThat(store.stat(KEY)).isPresent();
  }

  @Test
  void fewerBytesThanAskedForAreTheEndOfABlobOnlyAtItsEnd() throws IOException {
    assertThat(put(store, new byte[10])).isEqualTo(PutResult.STORED);
    assertThatThrownBy(() -> store.getRange(KEY, 4, 8)).isInstanceOf(TruncatedBlobException.class);
    proxy.next("GET", 1, new Fault.AnswerChanged("(bytes \\d+-\\d+)/10\\b", "$1/11"));
    assertThatThrownBy(() -> store.getRange(KEY, 4, 8))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("longer");
    proxy.next("GET", 1, new Fault.AnswerChanged("(bytes \\d+-\\d+)/10\\b", "$1/11"));
    assertThat(store.getRange(KEY, 4, 6)).hasSize(6);
  }

  @Test
  void anUnknownCallerIsToldWhatToCheck() {
    proxy.choose(_ -> unknownCaller());
    assertRefused(() -> put(retrying(), new byte[10]), adviceForUnknownCaller());
    assertRefused(() -> store.get(KEY, 10), adviceForUnknownCaller());
  }

  @Test
  void aLockedBlobIsToldFromAForbiddenRemoval() {
    proxy.choose(_ -> locked());
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(BlobLockedException.class);
    proxy.choose(_ -> forbidden());
    assertThatThrownBy(() -> store.delete(KEY)).isInstanceOf(StoreRefusedException.class);
  }

  @Test
  void aFullStoreIsFull() {
    proxy.choose(_ -> new Fault.Answer(507, "InsufficientStorage", "no space"));
    assertThatThrownBy(() -> put(store, new byte[10])).isInstanceOf(StoreFullException.class);
  }

  @Test
  void aContainerThatIsGoneIsNoEmptyContainer() throws IOException {
    try (BlobStore gone = openMissing(proxy.endpoint())) {
      for (ThrowingCallable request :
          List.<ThrowingCallable>of(
              () -> gone.get(KEY, 1),
              () -> gone.getRange(KEY, 0, 0),
              () -> gone.stat(KEY),
              () -> gone.list("", _ -> {}),
              () -> gone.names("", _ -> {}),
              () -> put(gone, new byte[1]))) {
        assertThatThrownBy(request)
            .isInstanceOf(StoreRefusedException.class)
            .satisfies(
                e ->
                    assertThat(((StoreRefusedException) e).code())
                        .isEqualTo(ErrorCode.REPOSITORY_MISSING));
      }
    }
  }

  @Test
  void aStoreThatIgnoresTheConditionIsFoundOut() throws IOException {
    proxy.choose(_ -> new Fault.ConditionLost());
    try (BlobStore unsigned = openUnsigned(proxy.endpoint())) {
      assertThat(unsigned.capabilities().putIfAbsent()).isEqualTo(Support.NO);
      assertThat(unsigned.capabilities().remark()).contains("ignores the header");
    }
  }

  @Test
  void aMissingPermissionSaysNothingAboutTheStore() throws IOException {
    proxy.choose(line -> line.startsWith("PUT ") ? forbidden() : Fault.none());
    assertRefused(() -> store.capabilities(), "create");
    proxy.choose(_ -> new Fault.Answer(501, "NotImplemented", "no such header"));
    assertThat(store.capabilities().putIfAbsent()).isEqualTo(Support.NO);
  }

  @Test
  void writersThatFindTheStoreBusyDidNotWin() throws IOException {
    var puts = new AtomicInteger();
    proxy.choose(
        line -> line.startsWith("PUT ") && puts.incrementAndGet() % 4 == 0 ? busy() : Fault.none());
    assertThat(store.capabilities().putIfAbsent()).isEqualTo(Support.YES);
    puts.set(0);
    proxy.choose(
        line -> line.startsWith("PUT ") && puts.incrementAndGet() > 2 ? busy() : Fault.none());
    assertThatThrownBy(() -> store.capabilities()).isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void whatMayNotBeRemovedStaysBelowProbe() throws IOException {
    proxy.choose(line -> line.startsWith("DELETE ") ? forbidden() : Fault.none());
    assertThat(store.capabilities().putIfAbsent()).isEqualTo(Support.YES);
    List<String> names = new ArrayList<>();
    store.list("", stat -> names.add(stat.key().value()));
    assertThat(names).isNotEmpty().allMatch(name -> name.startsWith("probe/"));
  }

  @Test
  void onlyTheAuthorityThatTheUrlNamesIsTrusted(@TempDir Path directory) throws IOException {
    TlsFaults.trustsTheNamedAuthorityOnly(serverPort(), directory, this::openByTls);
  }

  @Test
  void aCertificateForAnotherHostIsNotTrusted(@TempDir Path directory) throws IOException {
    TlsFaults.trustsNoOtherServerOfThatAuthority(serverPort(), directory, this::openByTls);
  }

  @Test
  void aListingThatIsNotSortedIsRefused() {
    ListingFaults.refusesWhatIsNotSorted(store, proxy, pageFormat());
  }

  @Test
  void aListingThatDoesNotEndIsGivenUp() {
    ListingFaults.givesUpWhatDoesNotEnd(store, proxy, pageFormat());
  }

  @Test
  void aStoreWhoseListingsLeaveOutWhatIsNewIsFoundOut() throws IOException {
    ListingFaults.findsOutWhatLeavesOutNewBlobs(store, proxy, pageFormat());
  }

  private static void assertRefused(ThrowingCallable request, String advice) {
    assertThatThrownBy(request)
        .isInstanceOf(StoreRefusedException.class)
        .satisfies(e -> assertThat(((StoreRefusedException) e).advice()).contains(advice));
  }

  private RetryingBlobStore retrying() {
    var policy = new RetryingBlobStore.Policy(6, Duration.ofMillis(10), Duration.ofMillis(10));
    return new RetryingBlobStore(store, policy, Seeds.entropy(4), waited::add);
  }

  protected static PutResult put(BlobStore store, byte[] bytes) throws IOException {
    return store.putIfAbsent(KEY, ByteBuffer.wrap(bytes));
  }
}
