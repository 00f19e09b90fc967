package io.holdfast.portable;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/// The sum of the hashes of rows modulo 2^256: the same for the same rows in any order. *Confined*.
public final class RowSum {
  private static final int WORDS = 4;

  private final MessageDigest sha256 = Sha256.create();
  private final long[] words = new long[WORDS];

  /// Adds the hash of a row's line.
  public void add(byte[] line, int offset, int length) {
    sha256.update(line, offset, length);
    end();
  }

  /// Adds the hashes of lines that come in pieces of any length; each line ends with a line feed,
  /// which belongs to it.
  public void addLines(byte[] bytes, int offset, int length) {
    int from = offset;
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n') {
        add(bytes, from, i + 1 - from);
        from = i + 1;
      }
    }
    sha256.update(bytes, from, offset + length - from);
  }

  private void end() {
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest());
    long carry = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
      long word = hash.getLong(i * Long.BYTES);
      long sum = words[i] + word;
      long whole = sum + carry;
      carry = Long.compareUnsigned(sum, word) < 0 || Long.compareUnsigned(whole, sum) < 0 ? 1 : 0;
      words[i] = whole;
    }
  }

  /// 64 hexadecimal digits.
  public String hex() {
    ByteBuffer bytes = ByteBuffer.allocate(WORDS * Long.BYTES);
    for (long word : words) {
      bytes.putLong(word);
    }
    return HexFormat.of().formatHex(bytes.array());
  }
}
