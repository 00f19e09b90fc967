package io.holdfast.portable;

import io.holdfast.portable.seal.LegacySealed;
import io.holdfast.portable.seal.OpenSslFile;
import io.holdfast.portable.seal.SealedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/// Tells what a file is. A guess that is wrong does no harm: whoever reads the file then checks it.
public final class FileKindDetector {
  /// As many first bytes are enough.
  public static final int FIRST_BYTES = 1024;

  private static final int MAGIC_OF_TAR_AT = 257;
  private static final int TEXT_BYTES = 512;

  /// How a dump in text begins: a comment, a command of psql, or one of SQL.
  private static final Pattern SQL =
      Pattern.compile(
          "\\s*(--|/\\*|\\\\(connect|restrict|set)\\b|(set|select|create|drop|alter|begin|insert|copy|update|delete"
              + "|with|start transaction|grant|comment|truncate)\\s).*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern JSON = Pattern.compile("\\s*(\\{\\s*[\"}]|\\[).*", Pattern.DOTALL);

  private FileKindDetector() {}

  /// @param name of the file; looked at only where the bytes say nothing
  /// @param size of the file
  public static FileKind of(byte[] first, String name, long size) {
    FileKind kind = ofFirstBytes(first);
    String lower = name.toLowerCase(Locale.ROOT);
    boolean erp =
        kind == FileKind.UNKNOWN
            && lower.endsWith(".enc")
            && !lower.endsWith(".tar.enc")
            && size >= LegacySealed.BYTES_MIN;
    return erp ? FileKind.ERP_SEALED : kind;
  }

  public static FileKind ofFirstBytes(byte[] first) {
    if (begins(first, SealedOutputStream.MAGIC)) {
      return FileKind.SEALED;
    }
    if (begins(first, OpenSslFile.MAGIC)) {
      return FileKind.OPENSSL;
    }
    if (begins(first, ascii("U2FsdGVkX1"))) {
      return FileKind.OPENSSL_BASE64;
    }
    if (begins(first, new byte[] {0x1f, (byte) 0x8b, 8})) {
      return FileKind.GZIP;
    }
    if (begins(first, ascii("PGDMP"))) {
      return FileKind.PG_DUMP_CUSTOM;
    }
    if (hasAt(first, MAGIC_OF_TAR_AT, ascii("ustar")) || isTarOf(first, "toc.dat")) {
      return kindOfTar(first);
    }
    return kindOfText(first);
  }

  private static FileKind kindOfTar(byte[] first) {
    if (isTarOf(first, PortableNames.HEADER)) {
      return FileKind.PORTABLE_TAR;
    }
    return isTarOf(first, "toc.dat") ? FileKind.PG_DUMP_TAR : FileKind.OTHER_TAR;
  }

  private static boolean isTarOf(byte[] first, String name) {
    return begins(first, Arrays.copyOf(ascii(name), name.length() + 1));
  }

  private static FileKind kindOfText(byte[] first) {
    int length = Math.min(first.length, TEXT_BYTES);
    for (int i = 0; i < length; i++) {
      if (first[i] >= 0
          && first[i] < ' '
          && first[i] != '\n'
          && first[i] != '\r'
          && first[i] != '\t') {
        return FileKind.UNKNOWN;
      }
    }
    String text = new String(first, 0, length, StandardCharsets.UTF_8);
    if (SQL.matcher(text).matches()) {
      return FileKind.PLAIN_SQL;
    }
    return JSON.matcher(text).matches() ? FileKind.JSON : FileKind.UNKNOWN;
  }

  private static boolean begins(byte[] first, byte[] magic) {
    return hasAt(first, 0, magic);
  }

  private static boolean hasAt(byte[] first, int at, byte[] magic) {
    return first.length >= at + magic.length
        && Arrays.equals(first, at, at + magic.length, magic, 0, magic.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
