package io.holdfast.portable.seal;

import io.holdfast.base.ByteSize;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.portable.BoundedGunzip;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/// The single message of the ERP's backup service: IV, tag, then AES-256-GCM of gzip.
public final class LegacySealed {
  /// More plain bytes are not written: the program that this is for could not read them.
  public static final long PLAIN_BYTES_MAX = 256 * ByteSize.MIB;

  /// An empty gzip member has 20 bytes.
  public static final int BYTES_MIN = LegacySealed.HEAD_BYTES + 20;

  private static final int IV_BYTES = 16;
  private static final int HEAD_BYTES = IV_BYTES + ChunkCipher.TAG_BYTES;
  private static final long SEALED_BYTES_MAX = (1L << 36) - 32;
  private static final int BUFFER_BYTES = 1 << 16;

  private final SealKey.RawKey key;

  public LegacySealed(SealKey.RawKey key) {
    this.key = key;
  }

  /// Packs and seals `plain` into an empty file. The file is not what it should be if this throws.
  ///
  /// @return plain bytes
  public long seal(InputStream plain, FileChannel file, Entropy entropy, Cancellation cancellation)
      throws IOException {
    byte[] iv = entropy.bytes(IV_BYTES);
    MessageCipher cipher = new MessageCipher(key.key().expose(), iv);
    file.write(ByteBuffer.wrap(Arrays.copyOf(iv, HEAD_BYTES)), 0);
    file.position(HEAD_BYTES);
    long total = 0;
    OutputStream sealed = cipher.sealing(Channels.newOutputStream(file));
    try (GZIPOutputStream packed = new GZIPOutputStream(sealed, BUFFER_BYTES)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = plain.read(buffer); read >= 0; read = plain.read(buffer)) {
        cancellation.throwIfRequested();
        total += read;
        if (total > PLAIN_BYTES_MAX) {
          throw PortableFileException.beyondLimit(
              "more than "
                  + new ByteSize(PLAIN_BYTES_MAX)
                  + " do not go into one file of this format",
              "Use --format holdfast: it has no such limit.");
        }
        packed.write(buffer, 0, read);
      }
    }
    ByteBuffer tag = ByteBuffer.wrap(cipher.tag());
    while (tag.hasRemaining()) {
      file.write(tag, IV_BYTES + tag.position());
    }
    return total;
  }

  /// The plain bytes, unpacked. The whole file is authenticated before this returns.
  ///
  /// @param limit for what comes out of gzip
  public InputStream open(ByteSource file, BoundedGunzip.Limit limit, Cancellation cancellation)
      throws IOException {
    long size = file.size();
    if (size < BYTES_MIN) {
      throw PortableFileException.damaged(
          "it has " + size + " bytes; the shortest such file has " + BYTES_MIN);
    }
    if (size - HEAD_BYTES > SEALED_BYTES_MAX) {
      throw PortableFileException.damaged("it is longer than one message of AES-GCM can be");
    }
    byte[] head = file.stream(0, HEAD_BYTES).readNBytes(HEAD_BYTES);
    byte[] iv = Arrays.copyOf(head, IV_BYTES);
    // GCM's cipher is its own inverse, so what opens a message as a stream is a second sealing; the
    // tag of the first, which makes the ciphertext again, says whether it is authentic.
    MessageCipher again = new MessageCipher(key.key().expose(), iv);
    try (OutputStream authenticated = again.sealing(OutputStream.nullOutputStream());
        InputStream opened = opening(file, iv, size)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int read = opened.read(buffer); read >= 0; read = opened.read(buffer)) {
        cancellation.throwIfRequested();
        authenticated.write(buffer, 0, read);
      }
    }
    if (!MessageDigest.isEqual(again.tag(), Arrays.copyOfRange(head, IV_BYTES, HEAD_BYTES))) {
      throw PortableFileException.wrongKey(
          "the key is not the one that it was encrypted with, or it is damaged (this format cannot"
              + " tell)");
    }
    return new BoundedGunzip(opening(file, iv, size), limit);
  }

  private InputStream opening(ByteSource file, byte[] iv, long size) {
    return new MessageCipher(key.key().expose(), iv)
        .opening(file.stream(HEAD_BYTES, size - HEAD_BYTES));
  }
}
