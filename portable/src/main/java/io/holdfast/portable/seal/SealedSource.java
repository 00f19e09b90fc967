package io.holdfast.portable.seal;

import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.ChunkCipher.Place;
import java.io.IOException;
import java.util.Objects;

/// The plain bytes of a sealed file at any place; keeps one chunk. That the file ends where it
/// should is known once its last byte was read. *Confined*.
public final class SealedSource implements ByteSource {
  private final ByteSource file;
  private final ChunkCipher cipher;
  private final int chunkBytes;
  private final long chunks;
  private final long size;
  private final byte[] sealed;
  private byte[] plain = new byte[0];
  private long held = -1;

  /// Reads the header, and opens the last chunk: so a file that was cut off is refused here.
  public SealedSource(ByteSource file, SealKey key) throws IOException {
    this.file = file;
    byte[] head = file.stream(0, SealedHeader.BYTES).readNBytes(SealedHeader.BYTES);
    SealedHeader header = SealedHeader.open(head, key);
    this.cipher = header.cipher();
    this.chunkBytes = header.chunkBytes();
    int whole = chunkBytes + ChunkCipher.TAG_BYTES;
    this.sealed = new byte[whole];
    long body = file.size() - SealedHeader.BYTES;
    this.chunks = Math.max(1, Math.ceilDiv(body, whole));
    this.size = body - chunks * ChunkCipher.TAG_BYTES;
    if (size > SealedOutputStream.PLAIN_BYTES_MAX) {
      throw PortableFileException.damaged("it has more than 2^50 bytes");
    }
    hold(chunks - 1);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (position >= size) {
      return -1;
    }
    hold(position / chunkBytes);
    int at = (int) (position % chunkBytes);
    int step = Math.min(length, plain.length - at);
    System.arraycopy(plain, at, target, offset, step);
    return step;
  }

  private void hold(long index) throws IOException {
    if (index == held) {
      return;
    }
    long at = SealedHeader.BYTES + index * sealed.length;
    int length = file.stream(at, sealed.length).readNBytes(sealed, 0, sealed.length);
    Place place = index == chunks - 1 ? Place.LAST : Place.INNER;
    plain = SealedChunks.open(cipher, index, place, sealed, length);
    held = index;
  }
}
