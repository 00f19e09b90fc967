package io.holdfast.storage.s3;

import io.holdfast.storage.StoreUrl;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.PagedListings;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(S3Servers.class)
class S3PagesTest {
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void listingsOfManyPagesAreWholeInS3Mock(
      long seed, @S3Servers.Of(S3Server.Kind.S3MOCK) S3Server server) throws IOException {
    assertListingsAreWhole(server, seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("io.holdfast.base.testing.Seeds#stream")
  void listingsOfManyPagesAreWholeInS3Proxy(
      long seed, @S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) throws IOException {
    assertListingsAreWhole(server, seed);
  }

  private static void assertListingsAreWhole(S3Server server, long seed) throws IOException {
    PagedListings.areWhole(
        server.port(),
        seed,
        (endpoint, pageNamesMax) ->
            S3BlobStore.open(
                S3Place.of(StoreUrl.parse(server.placeAt(endpoint), ""), S3Server.context()),
                S3Server.context(),
                S3Timeouts.DEFAULT,
                pageNamesMax));
  }
}
