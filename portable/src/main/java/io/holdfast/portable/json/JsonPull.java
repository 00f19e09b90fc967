package io.holdfast.portable.json;

import io.holdfast.portable.PortableFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Reads one JSON text token by token and refuses whatever is not as expected. Nothing is kept but
/// the token that is being read. *Confined*.
public final class JsonPull {
  private static final int NESTING_MAX = 8;
  private static final int BUFFER_BYTES = 1 << 13;
  private static final int NUMBER_BYTES_MAX = 64;

  private final @Nullable InputStream in;
  private final String what;
  private final int textBytesMax;
  private final byte[] buffer;
  private int at;
  private int there;
  private long passed;
  private byte[] token = new byte[64];
  private int length;
  private int nesting;

  /// @param what is read, for messages
  /// @param textBytesMax of one text or name
  public JsonPull(InputStream in, String what, int textBytesMax) {
    this.in = in;
    this.what = what;
    this.textBytesMax = textBytesMax;
    this.buffer = new byte[BUFFER_BYTES];
  }

  /// Reads from an array, which must not change meanwhile.
  public JsonPull(byte[] bytes, int offset, int size, String what) {
    this.in = null;
    this.what = what;
    this.textBytesMax = size;
    this.buffer = bytes;
    this.at = offset;
    this.there = offset + size;
  }

  public void beginObject() throws IOException {
    begin('{');
  }

  public void beginArray() throws IOException {
    begin('[');
  }

  private void begin(char bracket) throws IOException {
    expect(bracket);
    if (++nesting > NESTING_MAX) {
      throw damaged("is nested too deeply");
    }
  }

  /// The name of the next field; null when the object has ended.
  ///
  /// @param position 0 for the first field asked for, more for others
  public @Nullable String nextName(int position) throws IOException {
    if (!hasNext(position, '}')) {
      return null;
    }
    String name = text();
    expect(':');
    return name;
  }

  /// Whether an array has another item; if not it has ended.
  ///
  /// @param position 0 for the first item asked for, more for others
  public boolean hasNext(int position) throws IOException {
    return hasNext(position, ']');
  }

  private boolean hasNext(int position, char end) throws IOException {
    int next = peek();
    if (next == end) {
      take();
      nesting--;
      return false;
    }
    if (position > 0) {
      expect(',');
    }
    return true;
  }

  public String text() throws IOException {
    expect('"');
    length = 0;
    for (int b = take(); b != '"'; b = take()) {
      if (b < ' ') {
        throw damaged(b < 0 ? "was cut off" : "has a control character in a text");
      }
      if (b == '\\') {
        escape();
      } else {
        append(b);
      }
    }
    return decoded();
  }

  /// A text, or null where `null` stands.
  public @Nullable String textOrNull() throws IOException {
    if (peek() == 'n') {
      word("null");
      return null;
    }
    return text();
  }

  public boolean bool() throws IOException {
    boolean value = peek() == 't';
    word(value ? "true" : "false");
    return value;
  }

  /// A number as it is written.
  public String number() throws IOException {
    peek();
    length = 0;
    for (int b = peekRaw(); isOfNumber(b); b = peekRaw()) {
      append(take());
      if (length > NUMBER_BYTES_MAX) {
        throw damaged("has a number of more than " + NUMBER_BYTES_MAX + " characters");
      }
    }
    String text = decoded();
    if (!JsonText.isNumber(text)) {
      throw damaged("has no number where one should be");
    }
    return text;
  }

  private static boolean isOfNumber(int b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }

  /// A whole number from 0 to 2^53 - 1.
  public long count() throws IOException {
    String text = number();
    if (!text.matches("[0-9]{1,16}") || Long.parseLong(text) >= 1L << 53) {
      throw damaged("has " + text + " where a count should be");
    }
    return Long.parseLong(text);
  }

  /// The first byte of what comes next; -1 at the end.
  public int peek() throws IOException {
    int b = peekRaw();
    while (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
      take();
      b = peekRaw();
    }
    return b;
  }

  /// Passes over one value of any kind.
  public void skip() throws IOException {
    switch (peek()) {
      case '{' -> {
        beginObject();
        for (int i = 0; nextName(i) != null; i = 1) {
          skip();
        }
      }
      case '[' -> {
        beginArray();
        for (int i = 0; hasNext(i); i = 1) {
          skip();
        }
      }
      case '"' -> text();
      case 't', 'f' -> bool();
      case 'n' -> word("null");
      default -> number();
    }
  }

  /// Nothing but white space may follow.
  public void end() throws IOException {
    if (peek() >= 0) {
      throw damaged("goes on behind its end");
    }
  }

  public void word(String word) throws IOException {
    peek();
    for (int i = 0; i < word.length(); i++) {
      if (take() != word.charAt(i)) {
        throw damaged("has something else where '" + word + "' could be");
      }
    }
  }

  private void expect(char wanted) throws IOException {
    int found = peek();
    if (found != wanted) {
      throw damaged(found < 0 ? "was cut off" : "lacks a '" + wanted + "'");
    }
    take();
  }

  private void escape() throws IOException {
    int b = take();
    switch (b) {
      case '"', '\\', '/' -> append(b);
      case 'b' -> append('\b');
      case 'f' -> append('\f');
      case 'n' -> append('\n');
      case 'r' -> append('\r');
      case 't' -> append('\t');
      case 'u' -> unicode();
      default -> throw damaged("has an unknown escape in a text");
    }
  }

  private void unicode() throws IOException {
    int character = hex4();
    if (Character.isHighSurrogate((char) character)) {
      boolean second = take() == '\\' && take() == 'u';
      int low = second ? hex4() : 0;
      if (!Character.isLowSurrogate((char) low)) {
        throw damaged("has half of a pair of surrogates");
      }
      character = Character.toCodePoint((char) character, (char) low);
    } else if (Character.isLowSurrogate((char) character)) {
      throw damaged("has half of a pair of surrogates");
    }
    for (byte b : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
      append(b);
    }
  }

  private int hex4() throws IOException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int b = take();
      if (b < 0 || !HexFormat.isHexDigit(b)) {
        throw damaged("has a bad escape in a text");
      }
      value = value << 4 | HexFormat.fromHexDigit(b);
    }
    return value;
  }

  private void append(int b) {
    if (length == token.length) {
      token = Arrays.copyOf(token, length + (length >> 1));
    }
    token[length++] = (byte) b;
    if (length > textBytesMax) {
      throw damaged("has a text of more than " + textBytesMax + " bytes");
    }
  }

  private String decoded() {
    for (int i = 0; i < length; i++) {
      if (token[i] < 0) {
        return strict();
      }
    }
    return new String(token, 0, length, StandardCharsets.ISO_8859_1);
  }

  private String strict() {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(token, 0, length))
          .toString();
    } catch (CharacterCodingException _) {
      throw damaged("has a text that is not UTF-8");
    }
  }

  private int peekRaw() throws IOException {
    if (at == there) {
      if (in == null) {
        return -1;
      }
      passed += at;
      at = 0;
      there = Math.max(0, in.read(buffer, 0, buffer.length));
      if (there == 0) {
        return -1;
      }
    }
    return buffer[at] & 0xff;
  }

  private int take() throws IOException {
    int b = peekRaw();
    at += b < 0 ? 0 : 1;
    return b;
  }

  /// An exception that says what is wrong and about where.
  public PortableFileException damaged(String problem) {
    return PortableFileException.damaged(
        what + " " + problem + " (near byte " + (passed + at) + ")");
  }
}
