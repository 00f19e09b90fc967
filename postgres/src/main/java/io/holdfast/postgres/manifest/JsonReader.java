package io.holdfast.postgres.manifest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// A strict pull parser for the little JSON that manifests use: objects, arrays, strings and whole
/// numbers. Depth and length are limited; duplicate commas, comments, other numbers, control
/// characters in strings and anything after the end are errors. *Confined* to one thread.
final class JsonReader {
  private static final int DEEPEST = 8;
  private static final int LONGEST_STRING = 32 * 1024;
  private static final int LONGEST_NUMBER = 20;

  private final InputStream in;
  private final byte[] buffer = new byte[16 * 1024];
  private int at;
  private int limit;
  private long consumed;
  private int depth;
  private boolean first;

  JsonReader(InputStream in) {
    this.in = in;
  }

  void beginObject() throws IOException {
    begin('{');
  }

  void beginArray() throws IOException {
    begin('[');
  }

  /// True if another name of the object follows.
  boolean hasNextName() throws IOException {
    return hasNext('}');
  }

  /// True if another element of the array follows.
  boolean hasNextElement() throws IOException {
    return hasNext(']');
  }

  String name() throws IOException {
    String name = string();
    expect(':');
    return name;
  }

  String string() throws IOException {
    expect('"');
    ByteArrayOutputStream text = new ByteArrayOutputStream(64);
    for (int next = take(); next != '"'; next = take()) {
      if (next < 0x20) {
        throw wrong(next < 0 ? "a string without end" : "a control character in a string");
      }
      if (next == '\\') {
        escape(text);
      } else {
        text.write(next);
      }
      if (text.size() > LONGEST_STRING) {
        throw wrong("a string of more than " + LONGEST_STRING + " bytes");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw wrong("a string that is not UTF-8");
    }
  }

  /// A whole number without sign, up to 2^64 - 1.
  long unsignedNumber() throws IOException {
    StringBuilder digits = new StringBuilder();
    int next = skipSpace();
    while (next >= '0' && next <= '9') {
      if (digits.length() == LONGEST_NUMBER) {
        throw wrong("a number of more than " + LONGEST_NUMBER + " digits");
      }
      digits.append((char) take());
      next = peek();
    }
    if (digits.isEmpty() || (digits.length() > 1 && digits.charAt(0) == '0')) {
      throw wrong("something else where a whole number belongs");
    }
    try {
      return Long.parseUnsignedLong(digits.toString());
    } catch (NumberFormatException e) {
      throw wrong("the number " + digits + ", which has more than 64 bits");
    }
  }

  void end() throws IOException {
    if (skipSpace() >= 0) {
      throw wrong("something after its end");
    }
  }

  JsonException wrong(String what) {
    return new JsonException(what + " at byte " + (consumed + at));
  }

  private void begin(char open) throws IOException {
    expect(open);
    if (++depth > DEEPEST) {
      throw wrong("more than " + DEEPEST + " levels");
    }
    first = true;
  }

  private boolean hasNext(char close) throws IOException {
    int next = skipSpace();
    if (next == close) {
      take();
      depth--;
      first = false;
      return false;
    }
    if (!first) {
      expect(',');
    }
    first = false;
    return true;
  }

  private void escape(ByteArrayOutputStream text) throws IOException {
    int next = take();
    switch (next) {
      case '"', '\\', '/' -> text.write(next);
      case 'b' -> text.write('\b');
      case 'f' -> text.write('\f');
      case 'n' -> text.write('\n');
      case 'r' -> text.write('\r');
      case 't' -> text.write('\t');
      case 'u' -> unicode(text);
      default -> throw wrong("an unknown escape in a string");
    }
  }

  private void unicode(ByteArrayOutputStream text) throws IOException {
    char unit = hexUnit();
    if (Character.isHighSurrogate(unit)) {
      if (take() != '\\' || take() != 'u') {
        throw wrong("half a surrogate pair");
      }
      char low = hexUnit();
      if (!Character.isLowSurrogate(low)) {
        throw wrong("half a surrogate pair");
      }
      text.writeBytes(new String(new char[] {unit, low}).getBytes(StandardCharsets.UTF_8));
    } else if (Character.isLowSurrogate(unit)) {
      throw wrong("half a surrogate pair");
    } else {
      text.writeBytes(String.valueOf(unit).getBytes(StandardCharsets.UTF_8));
    }
  }

  private char hexUnit() throws IOException {
    int unit = 0;
    for (int digit = 0; digit < 4; digit++) {
      int value = Character.digit(take(), 16);
      if (value < 0) {
        throw wrong("a malformed escape in a string");
      }
      unit = unit << 4 | value;
    }
    return (char) unit;
  }

  private void expect(char wanted) throws IOException {
    int next = skipSpace();
    if (next != wanted) {
      throw wrong(
          (next < 0 ? "its end" : "'" + (char) next + "'") + " where '" + wanted + "' belongs");
    }
    take();
  }

  private int skipSpace() throws IOException {
    int next = peek();
    while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
      take();
      next = peek();
    }
    return next;
  }

  private int peek() throws IOException {
    if (at == limit) {
      consumed += limit;
      at = 0;
      limit = Math.max(in.read(buffer, 0, buffer.length), 0);
    }
    return at < limit ? buffer[at] & 0xff : -1;
  }

  private int take() throws IOException {
    int next = peek();
    if (next >= 0) {
      at++;
    }
    return next;
  }

  /// The text is not what was expected; the message completes "the manifest has …".
  static final class JsonException extends IOException {
    private static final long serialVersionUID = 1L;

    JsonException(String message) {
      super(message);
    }
  }
}
