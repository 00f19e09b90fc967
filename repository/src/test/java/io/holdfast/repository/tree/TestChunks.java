package io.holdfast.repository.tree;

import com.github.luben.zstd.Zstd;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.testing.MemoryChunks;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Chunks in memory that count compressed bytes, can be condemned and remember what was read.
final class TestChunks implements ChunkWriter, ChunkReader {
  /// What a chunk costs beside its compressed bytes: nonce, tag, entries of pack table and index.
  static final int OVERHEAD_BYTES = 128;

  private final MemoryChunks memory = new MemoryChunks();
  private final Set<ChunkId> condemned = ConcurrentHashMap.newKeySet();
  private final Map<ChunkId, ChunkType> types = new ConcurrentHashMap<>();
  private final AtomicLong compressedBytes = new AtomicLong();
  private final Map<ChunkType, AtomicLong> reads = new EnumMap<>(ChunkType.class);

  TestChunks() {
    for (ChunkType type : ChunkType.values()) {
      reads.put(type, new AtomicLong());
    }
  }

  /// Bytes of stored chunks, each compressed alone, with [#OVERHEAD_BYTES] each.
  long compressedBytes() {
    return compressedBytes.get();
  }

  long reads(ChunkType type) {
    return reads.getOrDefault(type, new AtomicLong()).get();
  }

  /// From now on nobody may refer to the chunk; it can still be read.
  void condemn(ChunkId id) {
    condemned.add(id);
  }

  void lose(ChunkId id) {
    memory.lose(id);
  }

  /// Puts other bytes in place of a chunk, as a hostile repository with the keys could.
  void replace(ChunkType type, ChunkId id, byte[] bytes) {
    memory.lose(id);
    memory.put(type, id, bytes, 0, bytes.length);
  }

  /// A copy with the chunks that a tree says it needs, and no others.
  TestChunks withOnlyWhatIsReferredTo(ChunkId root) throws IOException {
    TestChunks copy = new TestChunks();
    TreeReader.open(this, root)
        .forEachChunk(
            (type, id) -> {
              byte[] bytes = memory.read(type, id, Integer.MAX_VALUE);
              copy.put(type, id, bytes, 0, bytes.length);
            });
    return copy;
  }

  Map<ChunkId, ChunkType> types() {
    return types;
  }

  @Override
  public ChunkIds ids() {
    return memory.ids();
  }

  @Override
  public boolean contains(ChunkType type, ChunkId id) {
    return !condemned.contains(id) && memory.contains(type, id);
  }

  @Override
  public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
    if (contains(type, id)) {
      return PutOutcome.ALREADY_THERE;
    }
    condemned.remove(id);
    memory.lose(id);
    types.put(id, type);
    byte[] plain = Arrays.copyOfRange(bytes, offset, offset + length);
    compressedBytes.addAndGet(Zstd.compress(plain, 3).length + OVERHEAD_BYTES);
    return memory.put(type, id, plain, 0, length);
  }

  @Override
  public byte[] read(ChunkType type, ChunkId id, int bytesMax) {
    reads.computeIfAbsent(type, _ -> new AtomicLong()).incrementAndGet();
    return memory.read(type, id, bytesMax);
  }

  @Override
  public long locationHint(ChunkType type, ChunkId id) {
    return memory.locationHint(type, id);
  }
}
