package io.holdfast.files;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Names of the kernel as text, and back. Names are bytes and mostly UTF-8. A byte *b* that is not
/// part of well-formed UTF-8 becomes the private character U+10FF00 + *b*, and so does each byte of
/// a character from U+10FF00 to U+10FFFF: whatever the name, the way back is exact.
public final class PathText {
  private static final int ESCAPE = 0x10ff00;

  private PathText() {}

  /// The text of a name or path.
  public static String of(byte[] name) {
    if (isPlain(name)) {
      return new String(name, StandardCharsets.US_ASCII);
    }
    StringBuilder text = new StringBuilder(name.length);
    int at = 0;
    while (at < name.length) {
      int length = characterLength(name, at);
      int character = length == 0 ? ESCAPE : decode(name, at, length);
      if (character >= ESCAPE) {
        for (int i = 0; i < Math.max(length, 1); i++) {
          text.appendCodePoint(ESCAPE + (name[at + i] & 0xff));
        }
      } else {
        text.appendCodePoint(character);
      }
      at += Math.max(length, 1);
    }
    return text.toString();
  }

  /// The bytes of a name or path that has this text.
  public static byte[] toBytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 8);
    text.codePoints()
        .forEach(
            character -> {
              if (character >= ESCAPE && character <= ESCAPE + 0xff) {
                bytes.write(character - ESCAPE);
              } else {
                bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }

  /// The order of trees: that of the bytes of the text in UTF-8.
  public static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean beyond = Character.isSurrogate(x);
        if (beyond != Character.isSurrogate(y)) {
          return beyond ? 1 : -1;
        }
        return x - y;
      }
    }
    return a.length() - b.length();
  }

  private static boolean isPlain(byte[] name) {
    for (byte b : name) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  /// Bytes of the well-formed character at a place; 0 if there is none.
  private static int characterLength(byte[] name, int at) {
    int lead = name[at] & 0xff;
    int length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 0 || lead > 0xf4 || at + length > name.length) {
      return 0;
    }
    try {
      var decoder =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
      return decoder.decode(ByteBuffer.wrap(name, at, length)).isEmpty() ? 0 : length;
    } catch (CharacterCodingException _) {
      // Not well-formed: the byte is escaped.
      return 0;
    }
  }

  private static int decode(byte[] name, int at, int length) {
    return new String(name, at, length, StandardCharsets.UTF_8).codePointAt(0);
  }
}
