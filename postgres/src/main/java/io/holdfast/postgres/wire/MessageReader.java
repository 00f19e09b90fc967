package io.holdfast.postgres.wire;

import io.holdfast.base.Cancellation;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Cuts the incoming bytes into messages. The current message is a view into one growing buffer,
/// valid until the next call of [#next]. *Confined* to the reading thread.
final class MessageReader {
  static final int MESSAGE_BYTES_MAX = 16 << 20;
  static final int NOTHING = -1;

  /// Copy data that is longer comes in parts of this size, where that was asked for.
  static final int PART_BYTES = 1 << 20;

  private static final int HEADER_BYTES = 5;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int READ_BYTES_MIN = 64 << 10;
  private static final int SLICE_MILLIS = 500;

  private final Transport transport;
  private final int stallMillis;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;
  private int bodyEnd;
  private int cursor;
  private int left;
  private Rows rows = Rows.WHOLE;

  /// How copy data is handed out.
  enum Rows {
    /// As the server sends it, up to [#MESSAGE_BYTES_MAX].
    WHOLE,
    /// A row of a table may have a gigabyte, and its bytes mean the same in several messages.
    IN_PARTS
  }

  /// @param stallMillis how long a message that has begun may take to go on
  MessageReader(Transport transport, int stallMillis) {
    this.transport = transport;
    this.stallMillis = stallMillis;
  }

  /// The type of the next message, or [#NOTHING] if none began within the time.
  ///
  /// @throws io.holdfast.base.BackupException `CANCELLED` when a stop is asked for while waiting
  int next(int timeoutMillis, Cancellation cancellation) throws IOException {
    if (left > 0) {
      return nextPart(cancellation);
    }
    start = bodyEnd;
    cursor = bodyEnd;
    if (!fill(HEADER_BYTES, timeoutMillis, cancellation)) {
      return NOTHING;
    }
    int length = int32At(start + 1);
    boolean inParts =
        rows == Rows.IN_PARTS && buffer[start] == 'd' && length > HEADER_BYTES + PART_BYTES;
    if (length < 4 || (length > MESSAGE_BYTES_MAX && !inParts)) {
      throw new WireViolationException(
          "a message of "
              + Integer.toUnsignedString(length)
              + " bytes; this is not a PostgreSQL server, or not one we know");
    }
    int first = inParts ? PART_BYTES : length;
    fill(1 + first, stallMillis, cancellation);
    cursor = start + HEADER_BYTES;
    bodyEnd = start + 1 + first;
    left = length - first;
    return buffer[start] & 0xff;
  }

  /// More of a row that is too long to be held.
  private int nextPart(Cancellation cancellation) throws IOException {
    start = bodyEnd;
    int count = Math.min(left, PART_BYTES);
    if (!fill(count, stallMillis, cancellation)) {
      throw stalled();
    }
    cursor = start;
    bodyEnd = start + count;
    left -= count;
    return 'd';
  }

  void rows(Rows how) {
    rows = how;
  }

  byte[] bytes() {
    return buffer;
  }

  int position() {
    return cursor;
  }

  int remaining() {
    return bodyEnd - cursor;
  }

  int int8() throws IOException {
    need(1);
    return buffer[cursor++] & 0xff;
  }

  int int16() throws IOException {
    need(2);
    cursor += 2;
    return (buffer[cursor - 2] & 0xff) << 8 | (buffer[cursor - 1] & 0xff);
  }

  int int32() throws IOException {
    need(4);
    cursor += 4;
    return int32At(cursor - 4);
  }

  String cstring() throws IOException {
    int from = cursor;
    while (cursor < bodyEnd && buffer[cursor] != 0) {
      cursor++;
    }
    need(1);
    return new String(buffer, from, cursor++ - from, StandardCharsets.UTF_8);
  }

  byte[] take(int length) throws IOException {
    need(length);
    cursor += length;
    return Arrays.copyOfRange(buffer, cursor - length, cursor);
  }

  private void need(int count) throws IOException {
    if (count < 0 || bodyEnd - cursor < count) {
      throw new WireViolationException("a message that is shorter than its content");
    }
  }

  /// Reads until `count` bytes from `start` are in the buffer. False only if not a single byte is
  /// there in time.
  private boolean fill(int count, int timeoutMillis, Cancellation cancellation) throws IOException {
    if (end - start >= count) {
      return true;
    }
    makeRoom(count);
    int waited = 0;
    while (end - start < count) {
      boolean begun = end > start;
      int limit = begun ? stallMillis : timeoutMillis;
      int slice = Math.min(SLICE_MILLIS, limit - waited);
      int read = transport.read(buffer, end, buffer.length - end, Math.max(1, slice));
      if (read < 0) {
        throw new EOFException("the server closed the connection");
      }
      end += read;
      waited = read > 0 ? 0 : waited + slice;
      if (read == 0) {
        cancellation.throwIfRequested();
      }
      if (read == 0 && waited >= limit) {
        if (begun) {
          throw stalled();
        }
        return false;
      }
    }
    return true;
  }

  private IOException stalled() {
    return new IOException(
        "the server stopped in the middle of a message for " + stallMillis + " ms");
  }

  /// Moves what is held to the front when the rest of the buffer is too small for the message, or
  /// for an efficient read.
  private void makeRoom(int count) {
    int held = end - start;
    byte[] target = count > buffer.length ? new byte[Math.max(count, 2 * buffer.length)] : buffer;
    if (buffer.length - start < count || buffer.length - end < READ_BYTES_MIN || held == 0) {
      System.arraycopy(buffer, start, target, 0, held);
      buffer = target;
      bodyEnd = Math.max(0, bodyEnd - start);
      cursor = Math.max(0, cursor - start);
      start = 0;
      end = held;
    }
  }

  private int int32At(int index) {
    return (buffer[index] & 0xff) << 24
        | (buffer[index + 1] & 0xff) << 16
        | (buffer[index + 2] & 0xff) << 8
        | (buffer[index + 3] & 0xff);
  }
}
