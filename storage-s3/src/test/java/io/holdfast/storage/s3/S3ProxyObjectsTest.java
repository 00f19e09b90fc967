package io.holdfast.storage.s3;

import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.ObjectPlaceContract;
import io.holdfast.storage.ObjectPlaces;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole contract of objects against S3Proxy.
@ExtendWith(S3Servers.class)
class S3ProxyObjectsTest extends ObjectPlaceContract {
  private final S3Server server;

  S3ProxyObjectsTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) {
    this.server = server;
  }

  @Override
  protected ObjectPlace openEmpty() {
    return ObjectPlaces.open(server.newPlace(), S3Server.context());
  }
}
