package io.holdfast.repository;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Appends fixed-width big-endian fields. *Confined* to one thread.
final class RecordWriter {
  private byte[] bytes;
  private int size;

  RecordWriter() {
    this(256);
  }

  RecordWriter(int capacity) {
    this.bytes = new byte[capacity];
  }

  RecordWriter u8(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  RecordWriter u16(int value) {
    reserve(2);
    ByteBuffer.wrap(bytes).putShort(size, (short) value);
    size += 2;
    return this;
  }

  RecordWriter u32(int value) {
    reserve(4);
    ByteBuffer.wrap(bytes).putInt(size, value);
    size += 4;
    return this;
  }

  RecordWriter u64(long value) {
    reserve(8);
    ByteBuffer.wrap(bytes).putLong(size, value);
    size += 8;
    return this;
  }

  RecordWriter zeros(int count) {
    reserve(count);
    size += count;
    return this;
  }

  RecordWriter raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  RecordWriter raw(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    return this;
  }

  RecordWriter id(ChunkId id) {
    reserve(ChunkId.BYTES);
    id.copyTo(bytes, size);
    size += ChunkId.BYTES;
    return this;
  }

  /// `u16` length and UTF-8.
  RecordWriter text(String text, int bytesMax, String what) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > bytesMax) {
      throw new IllegalArgumentException(
          what + " has " + encoded.length + " bytes, the limit is " + bytesMax);
    }
    return u16(encoded.length).raw(encoded);
  }

  int size() {
    return size;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  void clear() {
    Arrays.fill(bytes, 0, size, (byte) 0);
    size = 0;
  }

  private void reserve(int count) {
    if (count > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + count));
    }
  }
}
