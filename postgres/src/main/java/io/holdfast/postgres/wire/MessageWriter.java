package io.holdfast.postgres.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Builds the body of one message.
final class MessageWriter {
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(64);

  MessageWriter int8(int value) {
    body.write(value);
    return this;
  }

  MessageWriter int32(int value) {
    return int8(value >>> 24).int8(value >>> 16).int8(value >>> 8).int8(value);
  }

  MessageWriter int64(long value) {
    return int32((int) (value >>> 32)).int32((int) value);
  }

  MessageWriter bytes(byte[] bytes) {
    body.writeBytes(bytes);
    return this;
  }

  MessageWriter cstring(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8)).int8(0);
  }

  byte[] toBytes() {
    return body.toByteArray();
  }
}
