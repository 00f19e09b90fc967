package io.holdfast.storage.sftp;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStoreContract;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.sftp.testing.SshServer;
import io.holdfast.storage.sftp.testing.SshServers;
import org.junit.jupiter.api.extension.ExtendWith;

/// The whole contract against Debian's OpenSSH.
@ExtendWith(SshServers.class)
class SftpContractTest extends BlobStoreContract {
  private final SshServer server;

  SftpContractTest(SshServer server) {
    this.server = server;
  }

  @Override
  protected BlobStore openEmpty() {
    return BlobStores.create(server.place(server.newFolder()), SshServer.context());
  }
}
