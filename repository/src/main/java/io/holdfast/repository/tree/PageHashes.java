package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkIds;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Arrays of page hashes, 16 bytes each.
final class PageHashes {
  static final int BYTES = ChunkIds.PAGE_HASH_BYTES;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private PageHashes() {}

  /// The hashes of the first `pages` pages of `bytes`.
  static byte[] of(ChunkIds ids, byte[] bytes, int pageBytes, int pages) {
    byte[] hashes = new byte[pages * BYTES];
    for (int page = 0; page < pages; page++) {
      ids.pageHash(bytes, page * pageBytes, pageBytes, hashes, page * BYTES);
    }
    return hashes;
  }

  static long high(byte[] hashes, int page) {
    return (long) LONGS.get(hashes, page * BYTES);
  }

  static long low(byte[] hashes, int page) {
    return (long) LONGS.get(hashes, page * BYTES + 8);
  }
}
