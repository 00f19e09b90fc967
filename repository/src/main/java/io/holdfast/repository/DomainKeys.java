package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;

/// The keys of one domain in one version; identity keys are the same in all versions. Not printed.
final class DomainKeys {
  private static final int NAME_BYTES_MAX = 256;
  private static final int RECORD_VERSION = 1;

  final int version;
  final String name;
  final byte[] identity;
  final byte[] gear;
  final byte[] data;
  final byte[] meta;

  private DomainKeys(
      int version, String name, byte[] identity, byte[] gear, byte[] data, byte[] meta) {
    this.version = version;
    this.name = name;
    this.identity = identity;
    this.gear = gear;
    this.data = data;
    this.meta = meta;
  }

  static DomainKeys create(Entropy entropy, String name) {
    return new DomainKeys(
        1,
        name,
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES),
        entropy.bytes(CryptoKit.KEY_BYTES));
  }

  byte[] encode() {
    return new RecordWriter()
        .u8(RECORD_VERSION)
        .u32(version)
        .text(name, NAME_BYTES_MAX, "the name of a domain")
        .raw(identity)
        .raw(gear)
        .raw(data)
        .raw(meta)
        .toBytes();
  }

  static DomainKeys decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    if (in.u8() != RECORD_VERSION) {
      throw in.damaged("has a record version this program does not know");
    }
    int version = in.u32();
    String name = in.text(NAME_BYTES_MAX);
    DomainKeys keys =
        new DomainKeys(
            version,
            name,
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES),
            in.raw(CryptoKit.KEY_BYTES));
    in.end();
    return keys;
  }
}
