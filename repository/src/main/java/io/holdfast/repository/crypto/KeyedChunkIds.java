package io.holdfast.repository.crypto;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Content ids under a domain's identity key. Engines are pooled with their keys set.
public final class KeyedChunkIds implements ChunkIds {
  private final Pool<Mac> chunkMacs;
  private final Pool<Mac> pageMacs;

  public KeyedChunkIds(byte[] identityKey) {
    byte[] pageKey = CryptoKit.hmac(identityKey, CryptoKit.ascii("holdfast/v1/page"));
    this.chunkMacs = new Pool<>(() -> mac(identityKey));
    this.pageMacs = new Pool<>(() -> mac(pageKey));
  }

  @Override
  public ChunkId of(ChunkType type, byte[] bytes, int offset, int length) {
    Mac mac = chunkMacs.take();
    mac.update((byte) type.code());
    mac.update(bytes, offset, length);
    ChunkId id = ChunkId.wrap(mac.doFinal());
    chunkMacs.give(mac);
    return id;
  }

  @Override
  public void pageHash(byte[] bytes, int offset, int length, byte[] hashes, int hashOffset) {
    Mac mac = pageMacs.take();
    mac.update(bytes, offset, length);
    byte[] full = mac.doFinal();
    pageMacs.give(mac);
    System.arraycopy(full, 0, hashes, hashOffset, PAGE_HASH_BYTES);
  }

  @Override
  public ChunkId ofPages(int pageCount, byte[] hashes, int offset) {
    Mac mac = chunkMacs.take();
    mac.update((byte) ChunkType.PAGES.code());
    mac.update(CryptoKit.be32(pageCount));
    mac.update(hashes, offset, pageCount * PAGE_HASH_BYTES);
    ChunkId id = ChunkId.wrap(mac.doFinal());
    chunkMacs.give(mac);
    return id;
  }

  /// Whether `plain` is what `id` stands for. Extents are tried with every page size PostgreSQL
  /// has.
  public boolean matches(ChunkType type, ChunkId id, byte[] plain) {
    if (type != ChunkType.PAGES) {
      return of(type, plain, 0, plain.length).equals(id);
    }
    for (int pageBytes : new int[] {8192, 4096, 16384, 32768, 2048, 1024}) {
      if (plain.length > 0 && plain.length % pageBytes == 0) {
        int pages = plain.length / pageBytes;
        byte[] hashes = new byte[pages * PAGE_HASH_BYTES];
        for (int i = 0; i < pages; i++) {
          pageHash(plain, i * pageBytes, pageBytes, hashes, i * PAGE_HASH_BYTES);
        }
        if (ofPages(pages, hashes, 0).equals(id)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
