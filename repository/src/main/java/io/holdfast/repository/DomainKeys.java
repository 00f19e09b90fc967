package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// The keys of one domain in one version; identity keys are the same in all versions. Not printed.
final class DomainKeys {
  private static final int NAME_BYTES_MAX = 256;

  /// The first form had no time.
  private static final int RECORD_WITHOUT_TIME = 1;

  private static final int RECORD = 2;

  final int version;
  final String name;
  private final long createdAtMillis;
  final byte[] identity;
  final byte[] gear;
  final byte[] data;
  final byte[] meta;

  private DomainKeys(
      int version,
      String name,
      long createdAtMillis,
      byte[] identity,
      byte[] gear,
      byte[] data,
      byte[] meta) {
    this.version = version;
    this.name = name;
    this.createdAtMillis = createdAtMillis;
    this.identity = identity;
    this.gear = gear;
    this.data = data;
    this.meta = meta;
  }

  static DomainKeys create(Entropy entropy, Instant now, String name) {
    return new DomainKeys(
        1,
        name,
        now.toEpochMilli(),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES));
  }

  /// The next version: what is new from now on is sealed under other keys, and still has the same
  /// ids.
  DomainKeys next(Entropy entropy, Instant now) {
    return new DomainKeys(
        version + 1,
        name,
        now.toEpochMilli(),
        identity.clone(),
        gear.clone(),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES));
  }

  /// When they were made, if that was written down.
  Optional<Instant> createdAt() {
    return createdAtMillis > 0
        ? Optional.of(Instant.ofEpochMilli(createdAtMillis))
        : Optional.empty();
  }

  void wipe() {
    Arrays.fill(identity, (byte) 0);
    Arrays.fill(gear, (byte) 0);
    Arrays.fill(data, (byte) 0);
    Arrays.fill(meta, (byte) 0);
  }

  byte[] encode() {
    return new RecordWriter()
        .u8(RECORD)
        .u32(version)
        .text(name, NAME_BYTES_MAX, "the name of a domain")
        .u64(Math.max(0, createdAtMillis))
        .raw(identity)
        .raw(gear)
        .raw(data)
        .raw(meta)
        .toBytes();
  }

  static DomainKeys decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    int record = in.u8();
    if (record != RECORD_WITHOUT_TIME && record != RECORD) {
      throw in.damaged("has a record version this program does not know");
    }
    int version = in.u32();
    String name = in.text(NAME_BYTES_MAX);
    long createdAtMillis = record == RECORD ? in.u64() & Long.MAX_VALUE : 0;
    DomainKeys keys =
        new DomainKeys(
            version,
            name,
            createdAtMillis,
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES));
    in.end();
    return keys;
  }
}
