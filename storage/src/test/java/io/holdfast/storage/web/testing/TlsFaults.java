package io.holdfast.storage.web.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What every store over HTTP does with a server whose certificate is of an authority that nobody
/// knows.
public final class TlsFaults {
  private static final BlobKey KEY = new BlobKey("packs/aa/one");

  private TlsFaults() {}

  /// Opens an empty place by way of `endpoint`; `caFile` is empty, or begins with `&`.
  @FunctionalInterface
  public interface Opening {
    BlobStore open(String endpoint, String caFile) throws IOException;
  }

  /// With its authority's file the server is used; with another's, or without one, nothing is sent.
  public static void trustsTheNamedAuthorityOnly(int serverPort, Path directory, Opening opening)
      throws IOException {
    OwnAuthority ours = OwnAuthority.make(directory, "ours");
    OwnAuthority another = OwnAuthority.make(directory, "another");
    try (TlsFront front = TlsFront.before(serverPort, ours)) {
      try (BlobStore store = opening.open(front.endpoint(), "&ca-file=" + ours.pem())) {
        byte[] bytes = {1, 2, 3};
        assertThat(store.putIfAbsent(KEY, ByteBuffer.wrap(bytes))).isEqualTo(PutResult.STORED);
        assertThat(store.get(KEY, 10)).isEqualTo(bytes);
        List<BlobKey> listed = new ArrayList<>();
        store.list("", blob -> listed.add(blob.key()));
        assertThat(listed).containsExactly(KEY);
      }
      for (String caFile : List.of("&ca-file=" + another.pem(), "")) {
        try (BlobStore store = opening.open(front.endpoint(), caFile)) {
          assertUntrusted(() -> store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[] {1})));
          assertUntrusted(() -> store.get(KEY, 10));
          assertUntrusted(() -> store.stat(KEY));
          assertUntrusted(() -> store.list("", _ -> {}));
          assertUntrusted(() -> store.delete(KEY));
        }
      }
    }
  }

  /// A certificate of the right authority that is for another server is not trusted either.
  public static void trustsNoOtherServerOfThatAuthority(
      int serverPort, Path directory, Opening opening) throws IOException {
    OwnAuthority ours = OwnAuthority.make(directory, "other", "dns:other.example");
    try (TlsFront front = TlsFront.before(serverPort, ours);
        BlobStore store = opening.open(front.endpoint(), "&ca-file=" + ours.pem())) {
      assertUntrusted(() -> store.putIfAbsent(KEY, ByteBuffer.wrap(new byte[] {1})));
      assertUntrusted(() -> store.get(KEY, 10));
    }
  }

  private static void assertUntrusted(ThrowingCallable request) {
    assertThatThrownBy(request)
        .isInstanceOfSatisfying(
            StoreRefusedException.class,
            e -> {
              assertThat(e).hasMessageContaining("the server's certificate is not trusted: ");
              assertThat(e.advice()).contains("?ca-file=").contains("clock");
            });
  }
}
