package io.holdfast.repository;

import io.holdfast.base.Entropy;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;

/// The identity of a writing session: 48 bits of milliseconds since 1970, then 80 random bits, as
/// hexadecimal digits, so that later sessions sort after earlier ones. The order is a convenience
/// for keeping lists short; nothing is safe because of it.
public record SessionId(String hex) implements Comparable<SessionId> {
  public SessionId {
    Hex16.require(hex, "a session id");
  }

  static SessionId create(Instant now, Entropy entropy) {
    byte[] bytes = new byte[Hex16.BYTES];
    entropy.fill(bytes);
    byte[] time = ByteBuffer.allocate(8).putLong(Math.max(0, now.toEpochMilli())).array();
    System.arraycopy(time, 2, bytes, 0, 6);
    return of(bytes);
  }

  /// The lowest id of sessions that began then or later.
  static SessionId floor(Instant time) {
    byte[] bytes = new byte[Hex16.BYTES];
    byte[] millis = ByteBuffer.allocate(8).putLong(Math.max(0, time.toEpochMilli())).array();
    System.arraycopy(millis, 2, bytes, 0, 6);
    return of(bytes);
  }

  /// When it was made, by the clock of its writer.
  Instant beganAt() {
    return Instant.ofEpochMilli(Long.parseLong(hex.substring(0, 12), 16));
  }

  /// The lowest id above this one.
  SessionId next() {
    byte[] bytes = toBytes();
    for (int i = bytes.length - 1; i >= 0; i--) {
      bytes[i]++;
      if (bytes[i] != 0) {
        return of(bytes);
      }
    }
    return this;
  }

  static SessionId of(byte[] bytes) {
    return new SessionId(HexFormat.of().formatHex(bytes));
  }

  byte[] toBytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public int compareTo(SessionId other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
