package io.holdfast.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/// What entries of a portable file, and the file itself, are called.
public final class PortableNames {
  public static final String HEADER = "holdfast.json";
  public static final String MANIFEST = "manifest.json";
  public static final String MANIFEST_SUM = "manifest.sha256";

  private static final int ASSET_BYTES_MAX = 1024;
  private static final int CHECKSUM_DIGITS = 16;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss-SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private PortableNames() {}

  /// Whether it may be an export name or the name of a group of assets.
  public static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches() && !name.contains("..") && !name.endsWith(".");
  }

  static String requirePlain(String name, String what) {
    if (!isPlain(name)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(name) + " cannot be " + what,
          "It has 1 to 127 letters, digits, dots, hyphens and underscores; it begins with no dot or"
              + " hyphen, ends with no dot, and has no two dots together.");
    }
    return name;
  }

  /// Where the rows of a table are.
  static String ofTable(String exportName) {
    return "data/" + exportName + ".json";
  }

  /// Where an asset is: its name with everything that could lead elsewhere written as a number.
  static String ofAsset(String group, String name) {
    StringBuilder out = new StringBuilder("assets/").append(group).append('/');
    byte[] utf8 = utf8(name);
    if (utf8.length == 0 || utf8.length > ASSET_BYTES_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the name of an asset has " + utf8.length + " bytes: " + Quoted.of(name),
          "It has 1 to 1,024 bytes.");
    }
    for (int at = 0; at < name.length(); ) {
      int character = name.codePointAt(at);
      if (mustHide(name, at, character)) {
        for (byte b : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
          out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
        }
      } else {
        out.appendCodePoint(character);
      }
      at += Character.charCount(character);
    }
    return out.toString();
  }

  private static boolean mustHide(String name, int at, int character) {
    return switch (character) {
      case '%', '\\', ':' -> true;
      case '/' -> at == 0 || at == name.length() - 1 || name.charAt(at - 1) == '/';
      case '.' -> isOfDots(name, at);
      default -> Character.isISOControl(character);
    };
  }

  /// Whether the dot belongs to a segment `.` or `..`.
  private static boolean isOfDots(String name, int at) {
    int begin = name.lastIndexOf('/', at) + 1;
    int slash = name.indexOf('/', at);
    String segment = name.substring(begin, slash < 0 ? name.length() : slash);
    return segment.equals(".") || segment.equals("..");
  }

  static boolean isAssetName(String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    return bytes > 0 && bytes <= ASSET_BYTES_MAX;
  }

  private static byte[] utf8(String name) {
    try {
      var bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      byte[] result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException _) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the name of an asset is no text: " + Quoted.of(name),
          "It must be possible to write it as UTF-8.");
    }
  }

  /// The name of the tar; that of the sealed file is the same with `.enc`.
  static String ofFile(Instant createdAt, String sha256) {
    return "backup-" + TIME.format(createdAt) + "-" + sha256.substring(0, CHECKSUM_DIGITS) + ".tar";
  }
}
