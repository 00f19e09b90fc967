package io.holdfast.repository.standalone;

import static java.util.Objects.requireNonNull;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.Repository;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The root and the lists of a tree, for making others of them whose ids are right and whose
/// contents are not.
record TreeLists(ChunkId root, Map<ChunkId, byte[]> lists) {
  static TreeLists of(Repository repository, ChunkId root) throws IOException {
    Map<ChunkId, ChunkType> types = new LinkedHashMap<>();
    ChunkReader chunks = repository.reader();
    TreeReader.open(chunks, root)
        .forEachChunk(
            (type, id) -> {
              if (type == ChunkType.LIST || type == ChunkType.ROOT) {
                types.put(id, type);
              }
            });
    Map<ChunkId, byte[]> lists = new LinkedHashMap<>();
    for (var list : types.entrySet()) {
      lists.put(list.getKey(), chunks.read(list.getValue(), list.getKey(), 16 << 20));
    }
    return new TreeLists(root, lists);
  }

  List<ChunkId> all() {
    return List.copyOf(lists.keySet());
  }

  byte[] bytes(ChunkId list) {
    return requireNonNull(lists.get(list)).clone();
  }

  /// Stores one list with other bytes and all that lead to it, and names the new root.
  ChunkId changed(ChunkWriter chunks, ChunkId list, byte[] newBytes) throws IOException {
    ChunkId at = list;
    byte[] bytes = newBytes;
    while (true) {
      ChunkType type = at.equals(root) ? ChunkType.ROOT : ChunkType.LIST;
      ChunkId id = chunks.ids().of(type, bytes, 0, bytes.length);
      chunks.put(type, id, bytes, 0, bytes.length);
      if (at.equals(root)) {
        return id;
      }
      byte[] child = at.toBytes();
      at = holder(child);
      bytes = bytes(at);
      id.copyTo(bytes, indexOf(bytes, child));
    }
  }

  /// The same for other bytes of the same length, which stand in one list only.
  ChunkId replaced(ChunkWriter chunks, byte[] before, byte[] after) throws IOException {
    ChunkId list = holder(before);
    byte[] bytes = bytes(list);
    System.arraycopy(after, 0, bytes, indexOf(bytes, before), before.length);
    return changed(chunks, list, bytes);
  }

  private ChunkId holder(byte[] part) {
    return all().stream().filter(list -> indexOf(bytes(list), part) >= 0).findFirst().orElseThrow();
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at + part.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    return -1;
  }
}
