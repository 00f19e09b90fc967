package io.holdfast.postgres.manifest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// File names as text without loss: UTF-8, with each byte that is none turned into a lone low
/// surrogate from U+DC80 to U+DCFF, which no valid UTF-8 yields.
public final class RawPath {
  private static final int ESCAPE = 0xdc00;

  private RawPath() {}

  public static String decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      out.put((char) (ESCAPE + (in.get() & 0xff)));
      decoder.reset();
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }

  /// The bytes that [#decode] turned into this text.
  public static byte[] encode(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
    int from = 0;
    for (int at = 0; at < text.length(); at++) {
      if (isEscape(text, at)) {
        out.writeBytes(text.substring(from, at).getBytes(StandardCharsets.UTF_8));
        out.write(text.charAt(at) - ESCAPE);
        from = at + 1;
      }
    }
    out.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  /// Whether each byte was UTF-8.
  public static boolean isText(String text) {
    for (int at = 0; at < text.length(); at++) {
      if (isEscape(text, at)) {
        return false;
      }
    }
    return true;
  }

  /// For people: each byte that is not UTF-8 as `\xfc`, which shells understand within `$''`.
  public static String escaped(String text) {
    StringBuilder result = new StringBuilder();
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (isEscape(text, at)) {
        result.append(String.format(Locale.ROOT, "\\x%02x", c - ESCAPE));
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }

  private static boolean isEscape(String text, int at) {
    char c = text.charAt(at);
    return c >= ESCAPE + 0x80
        && c <= ESCAPE + 0xff
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }
}
