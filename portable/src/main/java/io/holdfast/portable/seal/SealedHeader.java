package io.holdfast.portable.seal;

import io.holdfast.base.Entropy;
import io.holdfast.portable.PortableFileException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// The first 104 bytes of a sealed file, and the key that they and a [SealKey] give.
final class SealedHeader {
  static final int BYTES = 104;
  static final byte[] MAGIC = "HFSEALED".getBytes(StandardCharsets.US_ASCII);

  private static final int VERSION = 1;
  private static final int KIND_RAW = 1;
  private static final int KIND_PASSPHRASE = 2;
  private static final int CHUNK_LOG = 16;
  private static final int CHUNK_LOG_MIN = 12;
  private static final int CHUNK_LOG_MAX = 24;
  private static final int VERSION_AT = 8;
  private static final int KIND_AT = 10;
  private static final int CHUNK_AT = 11;
  private static final int COST_AT = 12;
  private static final int SALT_AT = 24;
  private static final int CHECK_AT = 56;
  private static final int SUM_AT = 88;

  private final byte[] bytes;
  private final ChunkCipher cipher;

  private SealedHeader(byte[] bytes, byte[] key) {
    this.bytes = bytes;
    this.cipher = new ChunkCipher(key, bytes);
  }

  /// A header for a new file.
  static SealedHeader create(SealKey key, Entropy entropy) {
    return create(key, entropy, CHUNK_LOG);
  }

  static SealedHeader create(SealKey key, Entropy entropy, int chunkLog) {
    Kdf.Cost cost =
        switch (key) {
          case SealKey.RawKey _ -> Kdf.Cost.NONE;
          case SealKey.Passphrase _ -> Kdf.Cost.DEFAULT;
        };
    byte[] bytes = new byte[BYTES];
    ByteBuffer.wrap(bytes)
        .put(MAGIC)
        .putShort((short) VERSION)
        .put((byte) kindOf(key))
        .put((byte) chunkLog)
        .putInt(cost.iterations())
        .putInt(cost.memoryKib())
        .putInt(cost.lanes())
        .put(entropy.bytes(CHECK_AT - SALT_AT));
    byte[] salt = Arrays.copyOfRange(bytes, SALT_AT, CHECK_AT);
    byte[] input = Kdf.input(key, salt, cost);
    System.arraycopy(check(input, salt, bytes), 0, bytes, CHECK_AT, Kdf.HASH_BYTES);
    System.arraycopy(sum(bytes), 0, bytes, SUM_AT, BYTES - SUM_AT);
    return opened(bytes, salt, input);
  }

  /// Reads a header that may be anything. The costs it asks for are looked at before they are
  /// spent.
  static SealedHeader open(byte[] bytes, SealKey key) {
    requireReadable(bytes);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Kdf.Cost cost =
        new Kdf.Cost(in.getInt(COST_AT), in.getInt(COST_AT + 4), in.getInt(COST_AT + 8));
    requireKind(bytes[KIND_AT], cost, key);
    byte[] salt = Arrays.copyOfRange(bytes, SALT_AT, CHECK_AT);
    byte[] input = Kdf.input(key, salt, cost);
    byte[] expected = check(input, salt, bytes);
    if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, CHECK_AT, SUM_AT))) {
      Arrays.fill(input, (byte) 0);
      throw PortableFileException.wrongKey(
          switch (key) {
            case SealKey.RawKey _ -> "the key is not the one that the file was encrypted with";
            case SealKey.Passphrase _ ->
                "the passphrase is not the one that the file was encrypted with";
          });
    }
    return opened(bytes, salt, input);
  }

  private static void requireReadable(byte[] bytes) {
    if (bytes.length < BYTES || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw PortableFileException.damaged("it does not begin with the header of a sealed file");
    }
    int version = ByteBuffer.wrap(bytes).getShort(VERSION_AT) & 0xffff;
    if (version > VERSION) {
      throw PortableFileException.tooNew(version);
    }
    if (version < VERSION || !Arrays.equals(sum(bytes), Arrays.copyOfRange(bytes, SUM_AT, BYTES))) {
      throw PortableFileException.damaged("its header does not match its checksum");
    }
    int chunkLog = bytes[CHUNK_AT];
    if (chunkLog < CHUNK_LOG_MIN || chunkLog > CHUNK_LOG_MAX) {
      throw PortableFileException.damaged("its header asks for chunks of 2^" + chunkLog + " bytes");
    }
  }

  private static void requireKind(int kind, Kdf.Cost cost, SealKey key) {
    boolean good =
        switch (kind) {
          case KIND_RAW -> cost.equals(Kdf.Cost.NONE);
          case KIND_PASSPHRASE -> cost.isAcceptable();
          default -> throw PortableFileException.damaged("its header asks for key kind " + kind);
        };
    if (!good) {
      throw PortableFileException.beyondLimit(
          "its header asks for "
              + cost.iterations()
              + " rounds over "
              + cost.memoryKib()
              + " KiB in "
              + cost.lanes()
              + " lanes to make the key",
          "No version of Holdfast writes that: do not trust the file.");
    }
    if (kind != kindOf(key)) {
      throw PortableFileException.wrongKey(
          kind == KIND_PASSPHRASE
              ? "it opens with a passphrase, and a key was given"
              : "it opens with a key, and a passphrase was given");
    }
  }

  private static int kindOf(SealKey key) {
    return switch (key) {
      case SealKey.RawKey _ -> KIND_RAW;
      case SealKey.Passphrase _ -> KIND_PASSPHRASE;
    };
  }

  private static SealedHeader opened(byte[] bytes, byte[] salt, byte[] input) {
    byte[] key = Kdf.hkdf(input, salt, "holdfast/portable/v1/seal");
    Arrays.fill(input, (byte) 0);
    return new SealedHeader(bytes, key);
  }

  private static byte[] check(byte[] input, byte[] salt, byte[] bytes) {
    return Kdf.hmac(Kdf.hkdf(input, salt, "holdfast/portable/v1/check"), bytes, CHECK_AT);
  }

  private static byte[] sum(byte[] bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes, 0, SUM_AT);
      return Arrays.copyOf(sha256.digest(), BYTES - SUM_AT);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] bytes() {
    return bytes.clone();
  }

  ChunkCipher cipher() {
    return cipher;
  }

  int chunkBytes() {
    return 1 << bytes[CHUNK_AT];
  }
}
