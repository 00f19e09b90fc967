package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Stores that cannot hold a repository are found out before one is made there.
@ExtendWith(S3Servers.class)
class S3ProbeTest {
  private final S3Server mock;
  private final S3Server proxied;

  S3ProbeTest(
      @S3Servers.Of(S3Server.Kind.S3MOCK) S3Server mock,
      @S3Servers.Of(S3Server.Kind.S3PROXY) S3Server proxied) {
    this.mock = mock;
    this.proxied = proxied;
  }

  @Test
  void aStoreThatIgnoresTheConditionIsFoundOut() throws IOException {
    try (FaultProxy proxy = FaultProxy.before(mock.port());
        BlobStore store = open(mock.placeAt(proxy.endpoint()))) {
      proxy.choose(_ -> new Fault.ConditionLost());
      StoreCapabilities capabilities = store.capabilities();

      assertThat(capabilities.putIfAbsent()).isEqualTo(Support.NO);
      assertThat(capabilities.remark()).contains("If-None-Match");
      assertThat(names(store)).isEmpty();

      BackupException refused =
          catchThrowableOfType(
              BackupException.class,
              () -> BlobStores.create(mock.placeAt(proxy.endpoint()), S3Server.context()).close());
      assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    }
  }

  /// S3Mock answers the second of two puts with 412, and two of many at once with 200.
  @Test
  void aStoreThatLooksFirstAndWritesThenIsFoundOut() throws IOException {
    try (BlobStore store = open(mock.newPlace())) {
      // Whether two of the writers meet is chance: one probe sees it nearly always.
      StoreCapabilities capabilities = store.capabilities();
      for (int more = 0; more < 20 && capabilities.putIfAbsent() == Support.YES; more++) {
        capabilities = store.capabilities();
      }

      assertThat(capabilities.putIfAbsent()).isEqualTo(Support.NO);
      assertThat(capabilities.remark()).contains("writers");
      assertThat(names(store)).isEmpty();
    }
  }

  @Test
  void aStoreThatRefusesIsFoundGood() throws IOException {
    try (BlobStore store = open(proxied.newPlace())) {
      assertThat(store.capabilities())
          .isEqualTo(new StoreCapabilities(Support.YES, Support.YES, Support.YES, ""));
      assertThat(names(store)).isEmpty();
    }
  }

  @Test
  void aMissingPermissionSaysNothingAboutTheStore() throws IOException {
    try (FaultProxy proxy = FaultProxy.before(proxied.port());
        BlobStore store = open(proxied.placeAt(proxy.endpoint()))) {
      proxy.choose(
          line ->
              line.startsWith("PUT ")
                  ? new Fault.Answer(403, "AccessDenied", "Access Denied")
                  : Fault.none());
      assertThatThrownBy(store::capabilities)
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("AccessDenied")
          .satisfies(
              e -> assertThat(((StoreRefusedException) e).advice()).contains("s3:PutObject"));
    }
  }

  @Test
  void whatMayNotBeRemovedStaysBelowProbe() throws IOException {
    try (FaultProxy proxy = FaultProxy.before(proxied.port());
        BlobStore store = open(proxied.placeAt(proxy.endpoint()))) {
      proxy.choose(
          line ->
              line.startsWith("DELETE ")
                  ? new Fault.Answer(403, "AccessDenied", "Access Denied")
                  : Fault.none());
      assertThat(store.capabilities().putIfAbsent()).isEqualTo(Support.YES);
      assertThat(names(store)).isNotEmpty().allMatch(name -> name.startsWith("probe/"));
    }
  }

  @Test
  void aPlaceWithFilesOfOthersIsNotUsed() throws IOException {
    String place = proxied.newPlace();
    BlobStores.requireUsable(place, S3Server.context());
    try (BlobStore store = open(place)) {
      BlobStore.PutResult _ =
          store.putIfAbsent(new BlobKey("holiday/photo.jpg"), ByteBuffer.wrap(new byte[9]));
    }
    BackupException refused =
        catchThrowableOfType(
            BackupException.class, () -> BlobStores.requireUsable(place, S3Server.context()));
    assertThat(refused.code()).isEqualTo(ErrorCode.REPOSITORY_PLACE_UNUSABLE);
    assertThat(refused.text()).contains("holiday");
  }

  @Test
  void aBucketIsNotMade() {
    BackupException missing =
        catchThrowableOfType(
            BackupException.class,
            () ->
                BlobStores.create(
                        "s3://never-made/x?endpoint=" + proxied.endpoint(), S3Server.context())
                    .close());
    assertThat(missing.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    assertThat(missing.text()).contains("never-made");
    assertThat(missing.hint()).contains("bucket");
  }

  private static BlobStore open(String place) {
    return BlobStores.open(place, S3Server.context());
  }

  private static List<String> names(BlobStore store) throws IOException {
    List<String> names = new ArrayList<>();
    store.list("", stat -> names.add(stat.key().value()));
    return names;
  }
}
