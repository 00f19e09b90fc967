package io.holdfast.postgres.manifest;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Passes a manifest through and computes SHA-256 of everything before its last line. Keeps the
/// line it is in, because that may be the last.
final class TailDigestStream extends FilterInputStream {
  private static final int LONGEST_LINE = 64 * 1024;

  private final MessageDigest digest;
  private final byte[] line = new byte[LONGEST_LINE];
  private int length;
  private boolean ended;

  TailDigestStream(InputStream in) {
    super(in);
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
    }
  }

  /// The checksum, once the stream was read to its end.
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    int read = super.read(buffer, offset, count);
    for (int at = offset; at < offset + read; at++) {
      add(buffer[at]);
    }
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void add(byte next) {
    if (ended) {
      digest.update(line, 0, length);
      length = 0;
      ended = false;
    }
    if (length == LONGEST_LINE) {
      throw new BackupException(
          ErrorCode.MANIFEST_MISMATCH,
          "the backup manifest has a line of more than " + LONGEST_LINE + " bytes",
          "Take a new backup.");
    }
    line[length++] = next;
    ended = next == '\n';
  }
}
