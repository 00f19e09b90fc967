package io.holdfast.postgres.manifest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// The checksum of a file, computed while its bytes stream by. *Confined* to one thread.
public abstract sealed class FileDigest {
  private FileDigest() {}

  public static FileDigest of(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case NONE -> new Nothing();
      case CRC32C -> new Crc();
      case SHA224, SHA256, SHA384, SHA512 -> new Sha(algorithm.javaName());
    };
  }

  public abstract void update(byte[] buffer, int offset, int length);

  /// The checksum as a manifest spells it, lower case; empty for `NONE`. Ends the computation.
  public abstract String hex();

  private static final class Nothing extends FileDigest {
    @Override
    public void update(byte[] buffer, int offset, int length) {}

    @Override
    public String hex() {
      return "";
    }
  }

  /// A manifest holds the bytes of the number as they lie in the memory of a little-endian server.
  private static final class Crc extends FileDigest {
    private final CRC32C crc = new CRC32C();

    @Override
    public void update(byte[] buffer, int offset, int length) {
      crc.update(buffer, offset, length);
    }

    @Override
    public String hex() {
      return HexFormat.of().toHexDigits(Integer.reverseBytes((int) crc.getValue()));
    }
  }

  private static final class Sha extends FileDigest {
    private final MessageDigest digest;

    Sha(String javaName) {
      try {
        digest = MessageDigest.getInstance(javaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(javaName + " is missing from this Java runtime", e);
      }
    }

    @Override
    public void update(byte[] buffer, int offset, int length) {
      digest.update(buffer, offset, length);
    }

    @Override
    public String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
