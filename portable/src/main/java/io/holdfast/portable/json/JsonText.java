package io.holdfast.portable.json;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Text as JSON writes it here: one way for each character, so that the same rows are the same
/// bytes.
public final class JsonText {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private JsonText() {}

  /// Appends `text` in quotes.
  public static void quote(StringBuilder out, String text) {
    out.append('"');
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) {
        continue;
      }
      out.append(text, plain, i);
      plain = i + 1;
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
      }
    }
    out.append(text, plain, text.length()).append('"');
  }

  public static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2);
    quote(out, text);
    return out.toString();
  }

  /// The bytes of `text`.
  ///
  /// @throws BackupException if half of a pair of surrogates stands alone
  public static byte[] utf8(CharSequence text) {
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] result = new byte[encoded.remaining()];
      encoded.get(result);
      return result;
    } catch (CharacterCodingException _) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a value is no text: half of a pair of surrogates stands alone",
          "Only what can be written as UTF-8 goes into a portable file.");
    }
  }

  /// Whether `text` is a number in JSON's grammar.
  public static boolean isNumber(String text) {
    int at = text.startsWith("-") ? 1 : 0;
    int digits = digitsFrom(text, at);
    if (digits == 0 || (digits > 1 && text.charAt(at) == '0')) {
      return false;
    }
    at += digits;
    if (at < text.length() && text.charAt(at) == '.') {
      digits = digitsFrom(text, at + 1);
      at += 1 + digits;
      if (digits == 0) {
        return false;
      }
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      at++;
      at += at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-') ? 1 : 0;
      digits = digitsFrom(text, at);
      at += digits;
      if (digits == 0) {
        return false;
      }
    }
    return at == text.length();
  }

  private static int digitsFrom(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - from;
  }
}
