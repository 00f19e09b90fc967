package io.holdfast.engine.files;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;

/// Knows what is stored, and takes nothing: for who only asks what a backup would have to store.
final class NothingStored implements ChunkWriter {
  private final ChunkReader reader;

  NothingStored(ChunkReader reader) {
    this.reader = reader;
  }

  @Override
  public ChunkIds ids() {
    return reader.ids();
  }

  @Override
  public boolean contains(ChunkType type, ChunkId id) {
    return reader.contains(type, id);
  }

  /// @throws IllegalStateException always
  @Override
  public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
    throw new IllegalStateException("a chunk was put where nothing may be stored");
  }
}
