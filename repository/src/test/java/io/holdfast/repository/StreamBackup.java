package io.holdfast.repository;

import io.holdfast.repository.ChunkWriter.Placed;
import io.holdfast.repository.testing.Repositories;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A backup that is a list of STREAM chunks: its root holds their ids one behind the other.
final class StreamBackup {
  private static final int ROOT_BYTES_MAX = 1 << 16;

  static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        for (ChunkId id : listed(chunks, root)) {
          each.accept(ChunkType.STREAM, id);
        }
      };

  private final BackupSession session;
  private final List<ChunkId> ids = new ArrayList<>();

  StreamBackup(BackupSession session) {
    this.session = session;
  }

  static ChunkId id(ChunkIds ids, byte[] bytes) {
    return ids.of(ChunkType.STREAM, bytes, 0, bytes.length);
  }

  /// Puts a chunk that is like others.
  Placed put(byte[] bytes, byte[]... similar) throws IOException {
    ChunkWriter chunks = session.chunks();
    List<ChunkId> like = new ArrayList<>();
    for (byte[] one : similar) {
      like.add(id(chunks.ids(), one));
    }
    ChunkId id = id(chunks.ids(), bytes);
    ids.add(id);
    return chunks.putSimilar(ChunkType.STREAM, id, bytes, 0, bytes.length, like);
  }

  StoredSnapshot commit(String name) throws IOException {
    byte[] root = new byte[ids.size() * ChunkId.BYTES];
    for (int i = 0; i < ids.size(); i++) {
      ids.get(i).copyTo(root, i * ChunkId.BYTES);
    }
    ChunkWriter chunks = session.chunks();
    ChunkId id = chunks.ids().of(ChunkType.ROOT, root, 0, root.length);
    chunks.put(ChunkType.ROOT, id, root, 0, root.length);
    return session.commit(Repositories.record(name, id));
  }

  /// A whole backup: each chunk like the one that is given with it.
  static StoredSnapshot write(Repository repository, String name, byte[][]... chunksAndSimilar)
      throws IOException {
    try (BackupSession session = repository.beginSession()) {
      StreamBackup backup = new StreamBackup(session);
      for (byte[][] chunk : chunksAndSimilar) {
        if (chunk.length == 1) {
          backup.put(chunk[0]);
        } else {
          backup.put(chunk[0], chunk[1]);
        }
      }
      return backup.commit(name);
    }
  }

  private static List<ChunkId> listed(ChunkReader chunks, ChunkId rootId) throws IOException {
    byte[] root = chunks.read(ChunkType.ROOT, rootId, ROOT_BYTES_MAX);
    List<ChunkId> ids = new ArrayList<>();
    for (int at = 0; at < root.length; at += ChunkId.BYTES) {
      ids.add(ChunkId.copyOf(root, at));
    }
    return ids;
  }
}
