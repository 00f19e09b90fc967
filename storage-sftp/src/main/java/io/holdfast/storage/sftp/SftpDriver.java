package io.holdfast.storage.sftp;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreDriver;
import io.holdfast.storage.StoreUrl;
import java.io.IOException;
import java.util.Set;

/// `sftp://user@host:port/path?key-file=…&known-hosts=…`, described in `docs/guide/stores.md`.
///
/// Directories are made where they are missing. Host keys must be known before: none is ever
/// trusted because it came first.
public final class SftpDriver implements StoreDriver {
  @Override
  public Set<String> schemes() {
    return Set.of("sftp");
  }

  @Override
  public String example() {
    return "sftp://user@host/srv/backups?key-file=/etc/holdfast/id_ed25519";
  }

  @Override
  public BlobStore open(StoreUrl url, StoreContext context) throws IOException {
    return SftpBlobStore.open(SftpPlace.of(url, context), context, SftpTimeouts.DEFAULT);
  }

  @Override
  public BlobStore create(StoreUrl url, StoreContext context) throws IOException {
    SftpBlobStore store =
        SftpBlobStore.open(SftpPlace.of(url, context), context, SftpTimeouts.DEFAULT);
    try {
      store.makeDirectory();
      return store;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }
}
