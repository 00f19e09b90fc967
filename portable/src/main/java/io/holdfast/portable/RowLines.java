package io.holdfast.portable;

import io.holdfast.base.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// The lines of a table's file. The buffer grows with the longest line and not beyond a limit.
/// *Confined*.
final class RowLines {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final String what;
  private final int lineBytesMax;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int there;
  private int begin;
  private int length;
  private State state = State.FIRST;

  private enum State {
    FIRST,
    ROW_MUST_FOLLOW,
    END_MUST_FOLLOW,
    ENDED
  }

  /// @param what the lines belong to, for messages
  RowLines(InputStream in, String what, int lineBytesMax) {
    this.in = in;
    this.what = what;
    this.lineBytesMax = lineBytesMax;
  }

  /// Whether there is another row. Then it lies in [#buffer] until this is called again. False only
  /// if the file ended as it must.
  boolean next() throws IOException {
    if (state == State.FIRST) {
      nextLine();
      if (!isBracket('[')) {
        throw damaged("does not begin with a line '['");
      }
    }
    nextLine();
    if (isBracket(']')) {
      return end();
    }
    if (state == State.END_MUST_FOLLOW) {
      throw damaged("has a row without a comma before another one");
    }
    boolean comma = length > 0 && buffer[begin + length - 1] == ',';
    state = comma ? State.ROW_MUST_FOLLOW : State.END_MUST_FOLLOW;
    length -= comma ? 1 : 0;
    return true;
  }

  private boolean end() throws IOException {
    if (state == State.ROW_MUST_FOLLOW) {
      throw damaged("ends where another row should follow");
    }
    state = State.ENDED;
    begin = at;
    if (at < there || fill() > 0) {
      throw damaged("goes on behind its end");
    }
    return false;
  }

  private boolean isBracket(char bracket) {
    return length == 1 && buffer[begin] == bracket;
  }

  private void nextLine() throws IOException {
    begin = at;
    int looked = at;
    while (true) {
      for (; looked < there; looked++) {
        if (buffer[looked] == '\n') {
          length = looked - begin;
          at = looked + 1;
          return;
        }
      }
      int moved = begin;
      if (fill() <= 0) {
        throw damaged("was cut off");
      }
      looked -= moved - begin;
    }
  }

  /// Reads more behind what is held since `begin`.
  private int fill() throws IOException {
    if (begin > 0) {
      System.arraycopy(buffer, begin, buffer, 0, there - begin);
      there -= begin;
      at -= begin;
      begin = 0;
    }
    if (there > lineBytesMax) {
      throw PortableFileException.beyondLimit(
          "a row of " + what + " has more than " + new ByteSize(lineBytesMax),
          "Raise the limit for rows, and the memory of the process with it (HOLDFAST_JAVA_OPTS).");
    }
    if (there == buffer.length) {
      long longer = Math.min(2L * buffer.length, lineBytesMax + 2L);
      buffer = Arrays.copyOf(buffer, (int) longer);
    }
    int read = in.read(buffer, there, buffer.length - there);
    there += Math.max(read, 0);
    return read;
  }

  byte[] buffer() {
    return buffer;
  }

  int begin() {
    return begin;
  }

  int length() {
    return length;
  }

  PortableFileException damaged(String problem) {
    return PortableFileException.damaged(what + " " + problem);
  }
}
