package io.holdfast.engine.rows;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;

/// Encodings of servers as Java knows them.
public final class Encodings {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("LATIN1", "ISO-8859-1"),
          Map.entry("LATIN2", "ISO-8859-2"),
          Map.entry("LATIN3", "ISO-8859-3"),
          Map.entry("LATIN4", "ISO-8859-4"),
          Map.entry("LATIN5", "ISO-8859-9"),
          Map.entry("LATIN7", "ISO-8859-13"),
          Map.entry("LATIN9", "ISO-8859-15"),
          Map.entry("LATIN10", "ISO-8859-16"),
          Map.entry("ISO_8859_5", "ISO-8859-5"),
          Map.entry("ISO_8859_6", "ISO-8859-6"),
          Map.entry("ISO_8859_7", "ISO-8859-7"),
          Map.entry("ISO_8859_8", "ISO-8859-8"),
          Map.entry("WIN866", "IBM866"),
          Map.entry("WIN874", "x-windows-874"),
          Map.entry("WIN1250", "windows-1250"),
          Map.entry("WIN1251", "windows-1251"),
          Map.entry("WIN1252", "windows-1252"),
          Map.entry("WIN1253", "windows-1253"),
          Map.entry("WIN1254", "windows-1254"),
          Map.entry("WIN1255", "windows-1255"),
          Map.entry("WIN1256", "windows-1256"),
          Map.entry("WIN1257", "windows-1257"),
          Map.entry("WIN1258", "windows-1258"),
          Map.entry("KOI8R", "KOI8-R"),
          Map.entry("KOI8U", "KOI8-U"),
          Map.entry("EUC_JP", "EUC-JP"),
          Map.entry("EUC_KR", "EUC-KR"),
          Map.entry("EUC_CN", "GB2312"),
          Map.entry("EUC_TW", "x-EUC-TW"));

  private Encodings() {}

  /// The same encoding. `SQL_ASCII` says nothing about bytes; they are taken for UTF-8.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if Java does not know it
  public static Charset charset(String encoding) {
    String name = encoding.toUpperCase(Locale.ROOT);
    if (isUtf8(name)) {
      return StandardCharsets.UTF_8;
    }
    try {
      String java = NAMES.get(name);
      if (java != null) {
        return Charset.forName(java);
      }
    } catch (UnsupportedCharsetException _) {
      // refused as the others
    }
    throw new BackupException(
        ErrorCode.BAD_ARGUMENT,
        "the encoding " + Quoted.of(encoding) + " cannot be read here",
        "Formats other than sql are written in UTF-8 and need that; import wants UTF8, LATIN or"
            + " WIN encodings (pg_dump --encoding=UTF8).");
  }

  /// Whether bytes can be used as they are where UTF-8 is wanted.
  public static boolean isUtf8(String encoding) {
    return switch (encoding.toUpperCase(Locale.ROOT)) {
      case "UTF8", "UTF-8", "UNICODE", "SQL_ASCII" -> true;
      default -> false;
    };
  }
}
