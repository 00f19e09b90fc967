package io.holdfast.storage;

import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/// A store in memory: the smallest complete implementation of the contract. Lock-free through one
/// concurrent map.
public final class MemoryBlobStore implements BlobStore {
  private final ConcurrentSkipListMap<BlobKey, byte[]> blobs = new ConcurrentSkipListMap<>();

  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    if (data.remaining() > BLOB_BYTES_MAX) {
      throw new IOException(
          "blob " + key + " has " + data.remaining() + " bytes, the limit is " + BLOB_BYTES_MAX);
    }
    byte[] copy = new byte[data.remaining()];
    data.get(copy);
    return blobs.putIfAbsent(key, copy) == null ? PutResult.STORED : PutResult.ALREADY_PRESENT;
  }

  @Override
  public byte[] get(BlobKey key, int bytesMax) throws IOException {
    byte[] bytes = require(key);
    if (bytes.length > bytesMax) {
      throw new IOException(
          "blob " + key + " has " + bytes.length + " bytes, expected at most " + bytesMax);
    }
    return bytes.clone();
  }

  @Override
  public byte[] getRange(BlobKey key, long offset, int length) throws IOException {
    byte[] bytes = require(key);
    BlobRange.check(key, bytes.length, offset, length);
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  private byte[] require(BlobKey key) throws NoSuchBlobException {
    byte[] bytes = blobs.get(key);
    if (bytes == null) {
      throw new NoSuchBlobException("no blob " + key);
    }
    return bytes;
  }

  @Override
  public Optional<BlobStat> stat(BlobKey key) {
    return Optional.ofNullable(blobs.get(key)).map(bytes -> new BlobStat(key, bytes.length));
  }

  @Override
  public void list(String prefix, Consumer<BlobStat> each) {
    BlobKey.requirePrefix(prefix);
    var from =
        prefix.isEmpty()
            ? blobs
            : blobs.tailMap(new BlobKey(prefix.substring(0, prefix.length() - 1)), true);
    for (var entry : from.entrySet()) {
      if (entry.getKey().value().startsWith(prefix)) {
        each.accept(new BlobStat(entry.getKey(), entry.getValue().length));
      } else if (entry.getKey().value().compareTo(prefix) > 0) {
        return;
      }
    }
  }

  @Override
  public void delete(BlobKey key) {
    blobs.remove(key);
  }

  @Override
  public AfterDelete afterDelete(BlobKey probe) {
    return AfterDelete.GONE;
  }

  @Override
  public StoreCapabilities capabilities() {
    return new StoreCapabilities(
        Support.YES, Support.NO, Support.NO, "memory: gone with the process");
  }

  @Override
  public String describe() {
    return "memory";
  }

  @Override
  public void close() {}
}
