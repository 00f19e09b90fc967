package io.holdfast.repository.testing;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.CorruptRepositoryException;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Chunks in memory under a fixed key: the layers above packs can be tested without them. Counts
/// the bytes put.
public final class MemoryChunks implements ChunkWriter, ChunkReader {
  private static final byte[] KEY = new byte[32];

  private final ConcurrentHashMap<ChunkId, byte[]> chunks = new ConcurrentHashMap<>();
  private final AtomicLong bytesPut = new AtomicLong();

  /// Plain bytes of all chunks that were stored, without those that were there already.
  public long bytesPut() {
    return bytesPut.get();
  }

  public int size() {
    return chunks.size();
  }

  /// Removes one chunk, as damage would.
  public void lose(ChunkId id) {
    chunks.remove(id);
  }

  @Override
  public ChunkIds ids() {
    return new FixedKeyIds();
  }

  @Override
  public boolean contains(ChunkType type, ChunkId id) {
    return chunks.containsKey(id);
  }

  @Override
  public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
    if (chunks.putIfAbsent(id, copy) != null) {
      return PutOutcome.ALREADY_THERE;
    }
    bytesPut.addAndGet(length);
    return PutOutcome.STORED;
  }

  @Override
  public byte[] read(ChunkType type, ChunkId id, int bytesMax) {
    byte[] bytes = chunks.get(id);
    if (bytes == null) {
      throw CorruptRepositoryException.missing("chunk " + id + " is not in memory");
    }
    if (bytes.length > bytesMax) {
      throw CorruptRepositoryException.damaged(
          "chunk " + id + " has " + bytes.length + " bytes, expected at most " + bytesMax);
    }
    return bytes.clone();
  }

  @Override
  public long locationHint(ChunkType type, ChunkId id) {
    return id.hashCode();
  }

  private static final class FixedKeyIds implements ChunkIds {
    @Override
    public ChunkId of(ChunkType type, byte[] bytes, int offset, int length) {
      Mac mac = mac();
      mac.update((byte) type.code());
      mac.update(bytes, offset, length);
      return ChunkId.wrap(mac.doFinal());
    }

    @Override
    public void pageHash(byte[] bytes, int offset, int length, byte[] hashes, int hashOffset) {
      Mac mac = mac();
      mac.update((byte) 0xff);
      mac.update(bytes, offset, length);
      System.arraycopy(mac.doFinal(), 0, hashes, hashOffset, PAGE_HASH_BYTES);
    }

    @Override
    public ChunkId ofPages(int pageCount, byte[] hashes, int offset) {
      Mac mac = mac();
      mac.update((byte) ChunkType.PAGES.code());
      mac.update(ByteBuffer.allocate(4).putInt(pageCount).array());
      mac.update(hashes, offset, pageCount * PAGE_HASH_BYTES);
      return ChunkId.wrap(mac.doFinal());
    }

    private static Mac mac() {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        return mac;
      } catch (NoSuchAlgorithmException | InvalidKeyException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
