package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.SealedObject;
import io.holdfast.storage.StoreCapabilities;
import io.holdfast.storage.StoreCapabilities.Support;
import java.time.Instant;
import java.util.Arrays;

/// `format/v1`, the object that makes a place a repository; the only one in clear.
///
/// @param keySpace repositories with the same key space can exchange frames unopened
record FormatObject(
    RepositoryId id, RepositoryId keySpace, StoreCapabilities capabilities, Instant createdAt) {
  static final int VERSION = 1;
  static final int BYTES_MAX = 64 << 10;

  private static final byte[] MAGIC = CryptoKit.ascii("HOLDFAST");
  private static final int REMARK_BYTES_MAX = 1024;
  private static final String WHAT = "format/v1";

  byte[] encode() {
    RecordWriter out =
        new RecordWriter()
            .raw(MAGIC)
            .u32(VERSION)
            .u32(0)
            .u32(0)
            .u32(0)
            .raw(id.toBytes())
            .raw(keySpace.toBytes())
            .u8(flag(capabilities.putIfAbsent()))
            .u8(flag(capabilities.durable()))
            .u8(flag(capabilities.sharedBetweenHosts()))
            .u8(0)
            .u64(Math.max(0, createdAt.toEpochMilli()))
            .text(shortened(capabilities.remark()), REMARK_BYTES_MAX, "the store's remark");
    byte[] body = out.toBytes();
    return SealedObject.concat(body, CryptoKit.sha256(body, 0, body.length));
  }

  /// @throws BackupException `REPOSITORY_TOO_NEW` for a version or a flag that must be understood
  static FormatObject decode(byte[] bytes) {
    int body = bytes.length - Digest.BYTES;
    if (body < 0
        || !Arrays.equals(
            CryptoKit.sha256(bytes, 0, body), Arrays.copyOfRange(bytes, body, bytes.length))) {
      throw CorruptRepositoryException.damaged(WHAT + " does not match its checksum");
    }
    RecordReader in = new RecordReader(bytes, 0, body, WHAT);
    in.expect(MAGIC);
    int version = in.u32();
    if (version != VERSION) {
      throw tooNew("format version " + version + ", this program knows " + VERSION);
    }
    for (String use : new String[] {"read", "write", "maintain"}) {
      int flags = in.u32();
      if (flags != 0) {
        throw tooNew("features 0x" + Integer.toHexString(flags) + " that are needed to " + use);
      }
    }
    RepositoryId id = RepositoryId.of(in.raw(Hex16.BYTES));
    RepositoryId keySpace = RepositoryId.of(in.raw(Hex16.BYTES));
    Support putIfAbsent = support(in);
    Support durable = support(in);
    Support shared = support(in);
    in.zeros(1);
    Instant createdAt = in.instantMillis();
    String remark = in.text(REMARK_BYTES_MAX);
    in.end();
    return new FormatObject(
        id, keySpace, new StoreCapabilities(putIfAbsent, durable, shared, remark), createdAt);
  }

  private static BackupException tooNew(String has) {
    return new BackupException(
        ErrorCode.REPOSITORY_TOO_NEW,
        "the repository has " + has,
        "Use the version of Holdfast that wrote it, or a newer one.");
  }

  private static String shortened(String remark) {
    return remark.length() > REMARK_BYTES_MAX / 4
        ? remark.substring(0, REMARK_BYTES_MAX / 4)
        : remark;
  }

  private static int flag(Support support) {
    return support == Support.YES ? 1 : 0;
  }

  private static Support support(RecordReader in) {
    return switch (in.u8()) {
      case 0 -> Support.NO;
      case 1 -> Support.YES;
      default -> throw in.damaged("has an unknown capability");
    };
  }
}
