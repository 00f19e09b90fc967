package io.holdfast.repository;

/// Computes content ids under one domain's identity key. May be called from several threads.
public interface ChunkIds {
  /// Bytes of one page hash.
  int PAGE_HASH_BYTES = 16;

  /// `HMAC-SHA256(K_id, type ‖ bytes)`.
  ChunkId of(ChunkType type, byte[] bytes, int offset, int length);

  /// Writes the first 16 bytes of `HMAC-SHA256(K_page, page)` to `hashes` at `hashOffset`; K_page
  /// is derived from K_id.
  void pageHash(byte[] bytes, int offset, int length, byte[] hashes, int hashOffset);

  /// The id of an extent of `pageCount` pages: `HMAC-SHA256(K_id, PAGES ‖ page count (u32) ‖ page
  /// hashes)`, read from `hashes` at `offset`.
  ChunkId ofPages(int pageCount, byte[] hashes, int offset);
}
