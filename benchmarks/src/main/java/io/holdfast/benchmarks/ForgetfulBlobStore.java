package io.holdfast.benchmarks;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Keeps everything in memory but packs, which it throws away.
final class ForgetfulBlobStore extends ForwardingBlobStore {
  ForgetfulBlobStore() {
    super(new MemoryBlobStore());
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    return key.value().startsWith("packs/") ? PutResult.STORED : super.putIfAbsent(key, data);
  }
}
