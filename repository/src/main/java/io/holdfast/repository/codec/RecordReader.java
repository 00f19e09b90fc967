package io.holdfast.repository.codec;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/// Takes fixed-width big-endian fields from bytes that may be damaged: every wrong length ends in a
/// [CorruptRepositoryException]. *Confined* to one thread.
public final class RecordReader {
  private final ByteBuffer buffer;
  private final String what;

  public RecordReader(byte[] bytes, String what) {
    this(bytes, 0, bytes.length, what);
  }

  public RecordReader(byte[] bytes, int offset, int length, String what) {
    this.buffer = ByteBuffer.wrap(bytes, offset, length).slice();
    this.what = what;
  }

  public int u8() {
    return need(1).get() & 0xff;
  }

  public int u16() {
    return need(2).getShort() & 0xffff;
  }

  /// An unsigned number that must fit an `int`.
  public int u32() {
    int value = need(4).getInt();
    if (value < 0) {
      throw damaged("has a number above 2^31");
    }
    return value;
  }

  /// As [#u32], with a limit.
  public int count(int max) {
    int value = u32();
    if (value > max) {
      throw damaged("has " + value + " items where " + max + " is the limit");
    }
    return value;
  }

  /// An unsigned number that must fit a `long`.
  public long u64() {
    long value = need(8).getLong();
    if (value < 0) {
      throw damaged("has a number above 2^63");
    }
    return value;
  }

  public Instant instantMillis() {
    try {
      return Instant.ofEpochMilli(u64());
    } catch (DateTimeException e) {
      throw CorruptRepositoryException.damaged(what + " has a time out of range", e);
    }
  }

  public Instant instantNanos() {
    long seconds = u64();
    int nanos = u32();
    if (nanos > 999_999_999 || seconds > Instant.MAX.getEpochSecond()) {
      throw damaged("has a time out of range");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  public byte[] raw(int length) {
    need(length);
    byte[] result = new byte[length];
    buffer.get(result);
    return result;
  }

  public ChunkId id() {
    return ChunkId.wrap(raw(ChunkId.BYTES));
  }

  public Digest digest() {
    return Digest.wrap(raw(Digest.BYTES));
  }

  public void expect(byte[] magic) {
    if (!java.util.Arrays.equals(raw(magic.length), magic)) {
      throw damaged("does not begin as it should");
    }
  }

  public void zeros(int count) {
    for (byte b : raw(count)) {
      if (b != 0) {
        throw damaged("has a reserved field that is not zero");
      }
    }
  }

  public String text(int bytesMax) {
    int length = u16();
    if (length > bytesMax) {
      throw damaged("has a text of " + length + " bytes where " + bytesMax + " is the limit");
    }
    need(length);
    ByteBuffer encoded = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw CorruptRepositoryException.damaged(what + " has a text that is not UTF-8", e);
    }
  }

  public int remaining() {
    return buffer.remaining();
  }

  public void end() {
    if (buffer.hasRemaining()) {
      throw damaged("has " + buffer.remaining() + " bytes too many");
    }
  }

  public CorruptRepositoryException damaged(String problem) {
    return CorruptRepositoryException.damaged(what + " " + problem);
  }

  private ByteBuffer need(int count) {
    if (count > buffer.remaining()) {
      throw damaged("ends early");
    }
    return buffer;
  }
}
