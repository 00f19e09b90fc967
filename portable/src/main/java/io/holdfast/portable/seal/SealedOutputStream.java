package io.holdfast.portable.seal;

import io.holdfast.base.Entropy;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.ChunkCipher.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/// Seals what is written to it, in constant memory. Only [#finish] makes the file whole: without it
/// a reader says that it was cut off. *Confined*.
public final class SealedOutputStream extends OutputStream {
  /// The first bytes of every sealed file.
  public static final byte[] MAGIC = SealedHeader.MAGIC.clone();

  static final long PLAIN_BYTES_MAX = 1L << 50;

  private final OutputStream out;
  private final ChunkCipher cipher;
  private final byte[] plain;
  private final byte[] sealed;
  private final byte[] single = new byte[1];
  private int filled;
  private long chunks;
  private boolean finished;

  /// Writes the header at once. Closing this closes `out`.
  public SealedOutputStream(OutputStream out, SealKey key, Entropy entropy) throws IOException {
    this(out, SealedHeader.create(key, entropy));
  }

  SealedOutputStream(OutputStream out, SealedHeader header) throws IOException {
    this.out = out;
    this.cipher = header.cipher();
    this.plain = new byte[header.chunkBytes()];
    this.sealed = new byte[header.chunkBytes() + ChunkCipher.TAG_BYTES];
    out.write(header.bytes());
  }

  @Override
  public void write(int b) throws IOException {
    single[0] = (byte) b;
    write(single, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (finished) {
      throw new IOException("the sealed file is finished");
    }
    int done = 0;
    while (done < length) {
      if (filled == plain.length) {
        seal(Place.INNER);
      }
      int step = Math.min(length - done, plain.length - filled);
      System.arraycopy(bytes, offset + done, plain, filled, step);
      filled += step;
      done += step;
    }
  }

  /// Seals the last chunk and flushes. Nothing can be written afterwards.
  public void finish() throws IOException {
    if (!finished) {
      seal(Place.LAST);
      finished = true;
      out.flush();
    }
  }

  private void seal(Place place) throws IOException {
    if (chunks >= PLAIN_BYTES_MAX / plain.length) {
      throw PortableFileException.beyondLimit(
          "more than 2^50 bytes cannot be sealed in one file", "Write several files.");
    }
    out.write(sealed, 0, cipher.seal(chunks, place, plain, filled, sealed));
    chunks++;
    filled = 0;
  }

  /// Passes nothing on: a chunk is sealed when it is full.
  @Override
  public void flush() {}

  @Override
  public void close() throws IOException {
    out.close();
  }
}
