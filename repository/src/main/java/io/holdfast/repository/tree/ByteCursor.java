package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.CorruptRepositoryException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Decodes what [ByteSink] encodes. Whatever the bytes are, it ends or throws
/// [CorruptRepositoryException]; it never allocates more than remains. *Confined.*
final class ByteCursor {
  private final byte[] bytes;
  private final String what;
  private int at;

  /// @param what the thing that is read, for messages
  ByteCursor(byte[] bytes, String what) {
    this(bytes, what, 0);
  }

  /// Begins at `at`.
  ByteCursor(byte[] bytes, String what, int at) {
    this.bytes = bytes;
    this.what = what;
    this.at = at;
  }

  int remaining() {
    return bytes.length - at;
  }

  int u8() {
    need(1);
    return bytes[at++] & 0xff;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = u8();
      if (shift == 63 && next > 1) {
        break;
      }
      value |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        if (next == 0 && shift > 0) {
          break;
        }
        return value;
      }
    }
    throw damaged("a number is not well-formed");
  }

  /// A number from 0 to `max`.
  long varint(long max) {
    long value = varint();
    if (value < 0 || value > max) {
      throw damaged("a number is " + Long.toUnsignedString(value) + ", the limit is " + max);
    }
    return value;
  }

  /// A number from 0 to `max`.
  int smallVarint(int max) {
    return (int) varint(max);
  }

  long u64() {
    need(8);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (bytes[at++] & 0xff);
    }
    return value;
  }

  ChunkId id() {
    need(ChunkId.BYTES);
    at += ChunkId.BYTES;
    return ChunkId.copyOf(bytes, at - ChunkId.BYTES);
  }

  byte[] raw(int count) {
    need(count);
    at += count;
    return Arrays.copyOfRange(bytes, at - count, at);
  }

  byte[] sized(int max) {
    return raw(smallVarint(max));
  }

  String text(int max) {
    return decode(sized(max), 0, -1);
  }

  /// The first `length` bytes as text; all of them if `length` is negative.
  String decode(byte[] source, int offset, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(source, offset, length < 0 ? source.length - offset : length))
          .toString();
    } catch (CharacterCodingException e) {
      throw CorruptRepositoryException.damaged(what + ": text is not UTF-8", e);
    }
  }

  void requireEnd() {
    if (remaining() != 0) {
      throw damaged(remaining() + " bytes too many");
    }
  }

  CorruptRepositoryException damaged(String why) {
    return CorruptRepositoryException.damaged(what + ": " + why);
  }

  private void need(int count) {
    if (count < 0 || remaining() < count) {
      throw damaged("it ends early");
    }
  }
}
