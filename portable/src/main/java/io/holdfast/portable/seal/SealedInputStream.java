package io.holdfast.portable.seal;

import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.ChunkCipher.Place;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// Opens a sealed stream chunk by chunk, in constant memory. What was read is authentic and at its
/// place; that it is all is known only when the end was reached without an exception. *Confined*.
public final class SealedInputStream extends InputStream {
  private final InputStream in;
  private final ChunkCipher cipher;
  private final byte[] sealed;
  private final byte[] single = new byte[1];
  private byte[] plain = new byte[0];
  private int at;
  private int ahead;
  private long chunks;
  private boolean ended;

  /// Reads the header. Closing this closes `in`.
  public SealedInputStream(InputStream in, SealKey key) throws IOException {
    this.in = in;
    SealedHeader header = SealedHeader.open(in.readNBytes(SealedHeader.BYTES), key);
    this.cipher = header.cipher();
    // One byte more than a chunk, which tells whether another one follows.
    this.sealed = new byte[header.chunkBytes() + ChunkCipher.TAG_BYTES + 1];
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (at == plain.length) {
      if (ended) {
        return -1;
      }
      openNext();
      if (plain.length == 0) {
        return -1;
      }
    }
    int step = Math.min(length, plain.length - at);
    System.arraycopy(plain, at, target, offset, step);
    at += step;
    return step;
  }

  private void openNext() throws IOException {
    int there = ahead + in.readNBytes(sealed, ahead, sealed.length - ahead);
    Place place = there == sealed.length ? Place.INNER : Place.LAST;
    int length = Math.min(there, sealed.length - 1);
    plain = SealedChunks.open(cipher, chunks, place, sealed, length);
    at = 0;
    chunks++;
    if (chunks > SealedOutputStream.PLAIN_BYTES_MAX / (sealed.length - 1 - ChunkCipher.TAG_BYTES)) {
      throw PortableFileException.damaged("it has more than 2^50 bytes");
    }
    ended = place == Place.LAST;
    if (!ended) {
      sealed[0] = sealed[sealed.length - 1];
      ahead = 1;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
