package io.holdfast.repository.codec;

import io.holdfast.repository.ChunkId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Appends fixed-width big-endian fields. *Confined* to one thread.
public final class RecordWriter {
  private byte[] bytes;
  private int size;

  public RecordWriter() {
    this(256);
  }

  public RecordWriter(int capacity) {
    this.bytes = new byte[capacity];
  }

  public RecordWriter u8(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public RecordWriter u16(int value) {
    reserve(2);
    ByteBuffer.wrap(bytes).putShort(size, (short) value);
    size += 2;
    return this;
  }

  public RecordWriter u32(int value) {
    reserve(4);
    ByteBuffer.wrap(bytes).putInt(size, value);
    size += 4;
    return this;
  }

  public RecordWriter u64(long value) {
    reserve(8);
    ByteBuffer.wrap(bytes).putLong(size, value);
    size += 8;
    return this;
  }

  public RecordWriter zeros(int count) {
    reserve(count);
    size += count;
    return this;
  }

  public RecordWriter raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  public RecordWriter raw(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    return this;
  }

  public RecordWriter id(ChunkId id) {
    reserve(ChunkId.BYTES);
    id.copyTo(bytes, size);
    size += ChunkId.BYTES;
    return this;
  }

  /// `u16` length and UTF-8.
  public RecordWriter text(String text, int bytesMax, String what) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > bytesMax) {
      throw new IllegalArgumentException(
          what + " has " + encoded.length + " bytes, the limit is " + bytesMax);
    }
    return u16(encoded.length).raw(encoded);
  }

  public int size() {
    return size;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  public void clear() {
    Arrays.fill(bytes, 0, size, (byte) 0);
    size = 0;
  }

  private void reserve(int count) {
    if (count > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + count));
    }
  }
}
