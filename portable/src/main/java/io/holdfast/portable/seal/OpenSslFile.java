package io.holdfast.portable.seal;

import io.holdfast.base.Secret;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.FileKind;
import io.holdfast.portable.FileKindDetector;
import io.holdfast.portable.PortableFileException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// A file of `openssl enc -aes-256-cbc` with a salt. It has no integrity: what comes out is what
/// went in only if the file was not changed, and nothing can tell.
public final class OpenSslFile {
  public static final byte[] MAGIC = "Salted__".getBytes(StandardCharsets.US_ASCII);

  private static final int SALT_BYTES = 8;
  private static final int HEAD_BYTES = 16;
  private static final int BLOCK_BYTES = 16;
  private static final int KEY_BYTES = 32;
  private static final int ITERATIONS_MAX = 10_000_000;
  private static final int LOOK_BYTES = 1024;

  /// How the key comes out of the password.
  public sealed interface Derivation {
    /// `-pbkdf2`, with `-iter` or the default of 10,000.
    record Pbkdf2(int iterations) implements Derivation {
      public Pbkdf2 {
        if (iterations < 1 || iterations > ITERATIONS_MAX) {
          throw new IllegalArgumentException("iterations must be 1 to 10,000,000: " + iterations);
        }
      }
    }

    /// Without `-pbkdf2`, OpenSSL 1.1.0 and later.
    record BytesToKeySha256() implements Derivation {}

    /// Without `-pbkdf2`, before 1.1.0.
    record BytesToKeyMd5() implements Derivation {}

    /// In words.
    default String describe() {
      return switch (this) {
        case Pbkdf2(int iterations) -> "PBKDF2 with " + iterations + " iterations";
        case BytesToKeySha256() -> "EVP_BytesToKey with SHA-256";
        case BytesToKeyMd5() -> "EVP_BytesToKey with MD5";
      };
    }
  }

  /// What is tried where nothing is said.
  public static final List<Derivation> USUAL =
      List.of(
          new Derivation.Pbkdf2(10_000),
          new Derivation.BytesToKeySha256(),
          new Derivation.BytesToKeyMd5());

  /// The plain bytes and how they were found.
  public record Opened(InputStream plain, Derivation derivation) {}

  private final ByteSource file;
  private final byte[] password;

  public OpenSslFile(ByteSource file, Secret password) {
    this.file = file;
    this.password = password.expose().getBytes(StandardCharsets.UTF_8);
  }

  /// Opens it as it is said to be made.
  public Opened open(Derivation derivation) throws IOException {
    byte[] salt = salt();
    if (!endsWithPadding(salt, derivation)) {
      throw wrong();
    }
    return new Opened(plain(salt, derivation), derivation);
  }

  /// Opens it in the first usual way that gives something known.
  public Opened open() throws IOException {
    byte[] salt = salt();
    for (Derivation derivation : USUAL) {
      if (endsWithPadding(salt, derivation) && looksKnown(salt, derivation)) {
        return new Opened(plain(salt, derivation), derivation);
      }
    }
    throw wrong();
  }

  private static PortableFileException wrong() {
    return PortableFileException.wrongKey(
        "the password is not the one that it was encrypted with, it was made with other options, or"
            + " it is damaged (this format cannot tell)");
  }

  private byte[] salt() throws IOException {
    byte[] head = file.stream(0, HEAD_BYTES).readNBytes(HEAD_BYTES);
    if (head.length < HEAD_BYTES || !Arrays.equals(head, 0, SALT_BYTES, MAGIC, 0, SALT_BYTES)) {
      throw PortableFileException.damaged("it does not begin with 'Salted__' and a salt");
    }
    long size = file.size();
    if (size < HEAD_BYTES + BLOCK_BYTES || size % BLOCK_BYTES != 0) {
      throw PortableFileException.damaged(
          "it has " + size + " bytes, which are no whole blocks of AES: it was cut off or changed");
    }
    return Arrays.copyOfRange(head, SALT_BYTES, HEAD_BYTES);
  }

  private boolean looksKnown(byte[] salt, Derivation derivation) throws IOException {
    try (InputStream plain = plain(salt, derivation)) {
      byte[] first = plain.readNBytes(LOOK_BYTES);
      return first.length == 0 || FileKindDetector.ofFirstBytes(first) != FileKind.UNKNOWN;
    }
  }

  /// Whether the last block is padded as it must be. By chance one of 256 is.
  private boolean endsWithPadding(byte[] salt, Derivation derivation) throws IOException {
    long size = file.size();
    int length = size == HEAD_BYTES + BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    byte[] end = file.stream(size - length, length).readNBytes(length);
    byte[] keyAndIv = keyAndIv(salt, derivation);
    byte[] iv =
        length == BLOCK_BYTES
            ? Arrays.copyOfRange(keyAndIv, KEY_BYTES, KEY_BYTES + BLOCK_BYTES)
            : Arrays.copyOf(end, BLOCK_BYTES);
    try {
      cipher(keyAndIv, iv).doFinal(end, length - BLOCK_BYTES, BLOCK_BYTES);
      return true;
    } catch (BadPaddingException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private InputStream plain(byte[] salt, Derivation derivation) throws IOException {
    byte[] keyAndIv = keyAndIv(salt, derivation);
    byte[] iv = Arrays.copyOfRange(keyAndIv, KEY_BYTES, KEY_BYTES + BLOCK_BYTES);
    InputStream sealed = file.stream(HEAD_BYTES, file.size() - HEAD_BYTES);
    return new Decrypting(sealed, cipher(keyAndIv, iv));
  }

  private static Cipher cipher(byte[] keyAndIv, byte[] iv) {
    try {
      Cipher cbc = Cipher.getInstance("AES/CBC/PKCS5Padding");
      cbc.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(keyAndIv, 0, KEY_BYTES, "AES"),
          new IvParameterSpec(iv));
      return cbc;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks AES-CBC", e);
    }
  }

  private byte[] keyAndIv(byte[] salt, Derivation derivation) {
    try {
      return switch (derivation) {
        case Derivation.Pbkdf2(int iterations) -> pbkdf2(salt, iterations);
        case Derivation.BytesToKeySha256() -> bytesToKey("SHA-256", salt);
        case Derivation.BytesToKeyMd5() -> bytesToKey("MD5", salt);
      };
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// On bytes: the JDK's own takes characters, and passwords of `openssl` may be any bytes.
  private byte[] pbkdf2(byte[] salt, int iterations) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA256"));
    byte[] result = new byte[2 * Kdf.HASH_BYTES];
    for (int block = 1; block <= 2; block++) {
      mac.update(salt);
      byte[] round = mac.doFinal(new byte[] {0, 0, 0, (byte) block});
      byte[] sum = round.clone();
      for (int i = 1; i < iterations; i++) {
        round = mac.doFinal(round);
        for (int j = 0; j < sum.length; j++) {
          sum[j] ^= round[j];
        }
      }
      System.arraycopy(sum, 0, result, (block - 1) * sum.length, sum.length);
    }
    return result;
  }

  private byte[] bytesToKey(String hash, byte[] salt) throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance(hash);
    byte[] result = new byte[KEY_BYTES + BLOCK_BYTES];
    byte[] last = new byte[0];
    for (int done = 0; done < result.length; done += last.length) {
      digest.update(last);
      digest.update(password);
      last = digest.digest(salt);
      System.arraycopy(last, 0, result, done, Math.min(last.length, result.length - done));
    }
    return result;
  }

  /// Decrypts as it reads. Unlike the JDK's stream it does not take a wrong padding for the end.
  private static final class Decrypting extends FilterInputStream {
    private static final int STEP_BYTES = 1 << 16;
    private final Cipher cipher;
    private final byte[] sealed = new byte[STEP_BYTES];
    private byte[] plain = new byte[0];
    private int at;
    private boolean ended;

    Decrypting(InputStream in, Cipher cipher) {
      super(in);
      this.cipher = cipher;
    }

    @Override
    public int read() throws IOException {
      byte[] single = new byte[1];
      return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      while (at == plain.length && !ended) {
        refill();
      }
      int step = Math.min(length, plain.length - at);
      System.arraycopy(plain, at, target, offset, step);
      at += step;
      return step == 0 && length > 0 ? -1 : step;
    }

    private void refill() throws IOException {
      int read = in.read(sealed);
      at = 0;
      if (read >= 0) {
        plain = Optional.ofNullable(cipher.update(sealed, 0, read)).orElse(new byte[0]);
        return;
      }
      ended = true;
      try {
        plain = cipher.doFinal();
      } catch (GeneralSecurityException _) {
        throw wrong();
      }
    }
  }
}
