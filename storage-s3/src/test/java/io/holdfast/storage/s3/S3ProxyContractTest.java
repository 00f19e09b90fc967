package io.holdfast.storage.s3;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole contract against S3Proxy.
@ExtendWith(S3Servers.class)
class S3ProxyContractTest extends BlobStoreContract {
  private final S3Server server;

  S3ProxyContractTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) {
    this.server = server;
  }

  @Override
  protected BlobStore openEmpty() {
    return BlobStores.open(server.newPlace(), S3Server.context());
  }
}
