package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.testing.Repositories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A backup of seeded chunks: writes it, and reads it back as its own oracle. The root chunk lists
/// the seed and how many chunks there are.
final class SmallBackup {
  static final int CHUNKS = 24;

  private static final List<ChunkType> TYPES =
      List.of(
          ChunkType.PAGES,
          ChunkType.PATCH,
          ChunkType.PAGE_HASHES,
          ChunkType.STREAM,
          ChunkType.LIST);

  private SmallBackup() {}

  static StoredSnapshot write(Repository repository, String name, long seed) throws IOException {
    try (BackupSession session = repository.beginSession()) {
      return writeInto(session, name, seed);
    }
  }

  static StoredSnapshot write(Repository repository, String domain, String name, long seed)
      throws IOException {
    try (BackupSession session = repository.beginSession(domain)) {
      return writeInto(session, name, seed);
    }
  }

  static StoredSnapshot writeInto(BackupSession session, String name, long seed)
      throws IOException {
    ChunkWriter writer = session.chunks();
    for (Chunk chunk : chunks(writer.ids(), seed)) {
      writer.put(chunk.type, chunk.id, chunk.bytes, 0, chunk.bytes.length);
    }
    byte[] root = ByteBuffer.allocate(8).putLong(seed).array();
    ChunkId rootId = writer.ids().of(ChunkType.ROOT, root, 0, root.length);
    writer.put(ChunkType.ROOT, rootId, root, 0, root.length);
    return session.commit(Repositories.record(name, rootId));
  }

  /// Reads every chunk of the snapshot and compares it with what the seed says.
  static void assertReadable(ChunkReader reader, StoredSnapshot snapshot) throws IOException {
    byte[] root = reader.read(ChunkType.ROOT, snapshot.record().root("tree"), 8);
    for (Chunk chunk : chunks(reader.ids(), ByteBuffer.wrap(root).getLong())) {
      assertThat(reader.read(chunk.type, chunk.id, 1 << 20)).isEqualTo(chunk.bytes);
    }
  }

  static List<Chunk> chunks(ChunkIds ids, long seed) {
    SplittableRandom random = Seeds.random(seed);
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < CHUNKS; i++) {
      ChunkType type = TYPES.get(i % TYPES.size());
      byte[] bytes = new byte[type == ChunkType.PAGES ? 2 * 8192 : 1 + random.nextInt(9000)];
      random.nextBytes(bytes);
      if (i % 3 == 0) {
        java.util.Arrays.fill(bytes, bytes.length / 4, bytes.length, (byte) i);
      }
      chunks.add(new Chunk(type, id(ids, type, bytes), bytes));
    }
    return chunks;
  }

  static ChunkId id(ChunkIds ids, ChunkType type, byte[] bytes) {
    if (type != ChunkType.PAGES) {
      return ids.of(type, bytes, 0, bytes.length);
    }
    int pages = bytes.length / 8192;
    byte[] hashes = new byte[pages * ChunkIds.PAGE_HASH_BYTES];
    for (int i = 0; i < pages; i++) {
      ids.pageHash(bytes, i * 8192, 8192, hashes, i * ChunkIds.PAGE_HASH_BYTES);
    }
    return ids.ofPages(pages, hashes, 0);
  }

  static final class Chunk {
    final ChunkType type;
    final ChunkId id;
    final byte[] bytes;

    Chunk(ChunkType type, ChunkId id, byte[] bytes) {
      this.type = type;
      this.id = id;
      this.bytes = bytes;
    }
  }
}
