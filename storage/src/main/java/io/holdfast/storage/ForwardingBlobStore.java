package io.holdfast.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/// Hands every call to another store, which it owns and closes. Decorators override what they
/// change.
public abstract class ForwardingBlobStore implements BlobStore {
  private final BlobStore inner;

  protected ForwardingBlobStore(BlobStore inner) {
    this.inner = inner;
  }

  protected final BlobStore inner() {
    return inner;
  }

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    return inner.putIfAbsent(key, data);
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    return inner.get(key, bytesMax);
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    return inner.getRange(key, offset, length);
  }

  @Override
  public void giveBack(byte[] array) {
    inner.giveBack(array);
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) throws IOException {
    return inner.stat(key);
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) throws IOException {
    inner.list(prefix, each);
  }

  @Override
  public void names(String prefix, Consumer<String> each) throws IOException {
    inner.names(prefix, each);
  }

  @Override
  public void delete(BlobKey key) throws IOException {
    inner.delete(key);
  }

  @Override
  public AfterDelete afterDelete(BlobKey probe) throws IOException {
    return inner.afterDelete(probe);
  }

  @Override
  public StoreCapabilities capabilities() throws IOException {
    return inner.capabilities();
  }

  @Override
  public String describe() {
    return inner.describe();
  }

  @Override
  public void close() throws IOException {
    inner.close();
  }
}
