package io.holdfast.postgres.script;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Bytes with a look ahead, and the number of the line. *Confined.*
final class ScriptBytes {
  private static final int BUFFER_BYTES = 1 << 17;
  private static final int HEAD_BYTES = 1 << 16;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int there;
  private long line = 1;

  ScriptBytes(InputStream in) {
    this.in = in;
  }

  long line() {
    return line;
  }

  byte[] buffer() {
    return buffer;
  }

  int at() {
    return at;
  }

  int there() {
    return there;
  }

  /// Passes over bytes that were looked at in the buffer.
  void pass(int count, int lines) {
    at += count;
    line += lines;
  }

  /// Makes sure that at least `count` bytes are held, unless the end comes before. What is held
  /// already may move to the beginning of the buffer.
  ///
  /// @return how many are held
  int ensure(int count) throws IOException {
    while (there - at < count) {
      if (at > 0) {
        System.arraycopy(buffer, at, buffer, 0, there - at);
        there -= at;
        at = 0;
      }
      int read = in.read(buffer, there, buffer.length - there);
      if (read < 0) {
        break;
      }
      there += read;
    }
    return there - at;
  }

  /// The byte `ahead` of the next one, or -1.
  int peek(int ahead) throws IOException {
    if (at + ahead >= there && ensure(ahead + 1) <= ahead) {
      return -1;
    }
    return buffer[at + ahead] & 0xff;
  }

  /// The next byte, or -1.
  int take() throws IOException {
    int c = peek(0);
    if (c >= 0) {
      at++;
      line += c == '\n' ? 1 : 0;
    }
    return c;
  }

  /// Passes over blanks and says what comes then, or -1.
  int skipBlank() throws IOException {
    int c = peek(0);
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f') {
      int _ = take();
      c = peek(0);
    }
    return c;
  }

  /// The first bytes of what was collected.
  byte[] start(ByteArrayOutputStream collected) {
    byte[] head = new byte[HEAD_BYTES];
    try {
      collected.writeTo(new FirstBytes(head));
    } catch (IOException e) {
      throw new IllegalStateException("memory can be written", e);
    }
    return head;
  }

  private static final class FirstBytes extends OutputStream {
    private final byte[] target;
    private int length;

    FirstBytes(byte[] target) {
      this.target = target;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int count) {
      int step = Math.min(count, target.length - length);
      System.arraycopy(source, offset, target, length, step);
      length += step;
    }
  }
}
