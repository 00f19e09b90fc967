package io.holdfast.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.RetryingBlobStore;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.sftp.testing.CuttingProxy;
import io.holdfast.storage.sftp.testing.SshServer;
import io.holdfast.storage.sftp.testing.SshServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of requests when the network or the server fails in the middle of them.
@ExtendWith(SshServers.class)
class SftpFaultsTest {
  private static final SftpTimeouts SHORT =
      new SftpTimeouts(Duration.ofSeconds(5), Duration.ofMillis(1500), Duration.ofMillis(1500));
  private static final BlobKey KEY = new BlobKey("packs/aa/one");
  private static final int LARGE = 24 << 20;

  private final SshServer server;
  private final CuttingProxy proxy;
  private final Path folder;
  private final String place;
  private final SftpBlobStore store;
  private final List<Duration> waited = new ArrayList<>();

  SftpFaultsTest(SshServer server, @TempDir Path directory) throws IOException {
    this.server = server;
    this.proxy = CuttingProxy.before(server.port());
    Path knownHosts =
        Files.writeString(directory.resolve("known_hosts"), server.knownHost(proxy.port()));
    String name = server.newFolder();
    this.folder = server.data().resolve(name);
    this.place = server.placeAt(proxy.port(), name, knownHosts);
    this.store = open(place, SftpTimeouts.DEFAULT);
  }

  private static SftpBlobStore open(String place, SftpTimeouts timeouts) {
    return SftpBlobStore.open(
        SftpPlace.of(StoreUrl.parse(place, ""), SshServer.context()),
        SshServer.context(),
        timeouts);
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    store.makeDirectory();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    proxy.close();
  }

  @Test
  void aLostAnswerLeavesTheOutcomeUnknownAndIsFoundOut() throws IOException {
    byte[] bytes = Seeds.entropy(1).bytes(3 << 20);
    proxy.cutAnswersWhen(this::isPublished);
    assertThatThrownBy(() -> put(store, bytes)).isInstanceOf(WriteOutcomeUnknownException.class);
    proxy.behave();
    assertThat(store.stat(KEY)).contains(new BlobStat(KEY, bytes.length));
    assertThat(filesBeingWritten()).hasSize(1);

    store.delete(KEY);
    var once = new AtomicBoolean(true);
    proxy.cutAnswersWhen(() -> isPublished() && once.getAndSet(false));
    assertThat(put(retrying(), bytes)).isEqualTo(PutResult.STORED);
    assertThat(once).isFalse();
    assertThat(put(retrying(), new byte[3 << 20])).isEqualTo(PutResult.ALREADY_PRESENT);
    assertThat(store.get(KEY, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void aPutThatIsCutOffStoresNothing() throws IOException {
    byte[] bytes = Seeds.entropy(2).bytes(LARGE);
    proxy.cutRequestsWhen(this::isHalfWritten);
    assertThatThrownBy(() -> put(store, bytes)).isInstanceOf(StoreUnavailableException.class);
    proxy.behave();
    assertThat(store.stat(KEY)).isEmpty();

    var times = new AtomicInteger(2);
    removeFilesBeingWritten();
    proxy.cutRequestsWhen(
        () -> isHalfWritten() && times.getAndDecrement() > 0 && removeFilesBeingWritten());
    assertThat(put(retrying(), bytes)).isEqualTo(PutResult.STORED);
    assertThat(store.get(KEY, LARGE)).isEqualTo(bytes);
    assertThat(waited).hasSize(2);
  }

  @Test
  void aServerThatIsKilledInTheMiddleOfAPutHasNothingOfItAndTakesItLater() throws Exception {
    byte[] bytes = Seeds.entropy(3).bytes(LARGE);
    assertThat(store.putIfAbsent(new BlobKey("packs/aa/two"), ByteBuffer.wrap(new byte[9])))
        .isEqualTo(PutResult.STORED);
    var killed = new CountDownLatch(1);
    proxy.cutRequestsWhen(
        () -> {
          if (killed.getCount() > 0 && isHalfWritten()) {
            kill();
            killed.countDown();
          }
          return false;
        });
    assertThatThrownBy(() -> put(store, bytes)).isInstanceOf(StoreUnavailableException.class);
    killed.await();
    assertThatThrownBy(() -> store.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.list("", _ -> {})).isInstanceOf(StoreUnavailableException.class);

    server.startAgain();
    List<String> names = new ArrayList<>();
    store.list("", stat -> names.add(stat.key().value()));
    assertThat(names).containsExactly("packs/aa/two");
    assertThat(put(store, bytes)).isEqualTo(PutResult.STORED);
    assertThat(store.get(KEY, LARGE)).isEqualTo(bytes);
  }

  @Test
  void aResetBetweenTwoRequestsIsSurvived() throws IOException {
    assertThat(put(store, new byte[100])).isEqualTo(PutResult.STORED);
    proxy.cut();
    assertThat(retrying().get(KEY, 100)).hasSize(100);
    proxy.cut();
    assertThat(put(retrying(), new byte[100])).isEqualTo(PutResult.ALREADY_PRESENT);
  }

  @Test
  void anAnswerThatBreaksOffIsNoShortBlob() throws IOException {
    byte[] bytes = Seeds.entropy(4).bytes(4 << 20);
    assertThat(put(store, bytes)).isEqualTo(PutResult.STORED);

    var chunks = new AtomicInteger();
    proxy.cutAnswersWhen(() -> chunks.incrementAndGet() == 40);
    assertThatThrownBy(() -> store.get(KEY, bytes.length))
        .isInstanceOf(StoreUnavailableException.class);
    chunks.set(0);
    assertThatThrownBy(() -> store.getRange(KEY, 7, 3 << 20))
        .isInstanceOf(StoreUnavailableException.class);
    chunks.set(0);
    assertThat(retrying().get(KEY, bytes.length)).isEqualTo(bytes);
    assertThat(waited).hasSize(1);
  }

  @Test
  void silenceEndsInATimeout() throws IOException {
    try (SftpBlobStore impatient = open(place, SHORT)) {
      assertThat(put(impatient, new byte[1000])).isEqualTo(PutResult.STORED);
      proxy.holdAnswersWhen(() -> true);
      assertThatThrownBy(() -> impatient.get(KEY, 1000))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> impatient.stat(KEY)).isInstanceOf(StoreUnavailableException.class);
      proxy.holdAnswersWhen(() -> false);
      assertThat(impatient.get(KEY, 1000)).hasSize(1000);

      impatient.delete(KEY);
      proxy.holdAnswersWhen(this::isPublished);
      assertThatThrownBy(() -> put(impatient, new byte[40]))
          .isInstanceOf(WriteOutcomeUnknownException.class);
      proxy.holdAnswersWhen(() -> false);
      assertThat(Thread.interrupted()).isFalse();
      assertThat(impatient.stat(KEY)).contains(new BlobStat(KEY, 40));
    }
  }

  @Test
  void nobodyListening() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (SftpBlobStore nowhere = open(server.placeAt(port, "x", server.knownHosts()), SHORT)) {
      assertThatThrownBy(() -> put(nowhere, new byte[100]))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(String.valueOf(port));
      assertThatThrownBy(() -> nowhere.get(KEY, 1)).isInstanceOf(StoreUnavailableException.class);
    }
    String unknown = "sftp://u@no-such-host.invalid/x?key-file=" + server.userKey();
    try (SftpBlobStore nowhere = open(unknown, SHORT)) {
      assertThatThrownBy(() -> nowhere.get(KEY, 1))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("no-such-host.invalid");
    }
  }

  private boolean isPublished() {
    return Files.exists(folder.resolve(KEY.value()));
  }

  private boolean isHalfWritten() {
    try {
      long bytes = 0;
      for (Path file : filesBeingWritten()) {
        bytes += Files.size(file);
      }
      return bytes > LARGE / 2;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> filesBeingWritten() throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(folder.resolve("~tmp"))) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.resolve("~tmp"))) {
        entries.forEach(files::add);
      }
    }
    return files;
  }

  private boolean removeFilesBeingWritten() {
    try {
      for (Path file : filesBeingWritten()) {
        Files.delete(file);
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() {
    try {
      server.kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RetryingBlobStore retrying() {
    var policy = new RetryingBlobStore.Policy(6, Duration.ofMillis(10), Duration.ofMillis(10));
    return new RetryingBlobStore(store, policy, Seeds.entropy(5), waited::add);
  }

  private static PutResult put(BlobStore store, byte[] bytes) throws IOException {
    return store.putIfAbsent(KEY, ByteBuffer.wrap(bytes));
  }
}
