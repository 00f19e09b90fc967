package io.holdfast.storage.s3;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.FaultProxy;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole contract against S3Proxy, which for a moment lists a new blob with no bytes in it: so
/// a proxy gives each put its turn. That one of many writers wins, it proves alone: `S3ProbeTest`.
@ExtendWith(S3Servers.class)
class S3ProxyContractTest extends BlobStoreContract {
  private final S3Server server;
  private final FaultProxy takingTurns;

  S3ProxyContractTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) throws IOException {
    this.server = server;
    this.takingTurns = FaultProxy.before(server.port());
  }

  @AfterEach
  void closeProxy() throws IOException {
    takingTurns.close();
  }

  @Override
  protected BlobStore openEmpty() {
    return BlobStores.open(server.placeAt(takingTurns.endpoint()), S3Server.context());
  }
}
