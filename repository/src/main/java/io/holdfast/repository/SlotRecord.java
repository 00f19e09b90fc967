package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.time.Instant;

/// What one `log/<sid>/<k>` says. Each slot is bound to its name and names the digest of the slot
/// before it.
sealed interface SlotRecord {
  String PURPOSE = "slot";
  int PLAIN = 1;

  /// Of a snapshot whose chunks are in another domain than the main one.
  int WITH_DOMAIN = 2;

  int DOMAIN_BYTES_MAX = 256;
  int OBJECT_BYTES_MAX = SnapshotRecord.BYTES_MAX + 4096;

  Instant writtenAt();

  Digest previous();

  /// A session exists.
  record Open(Instant writtenAt, Digest previous) implements SlotRecord {}

  /// A snapshot is committed.
  ///
  /// @param deltas how many index deltas the session had written by then
  record Snapshot(Instant writtenAt, Digest previous, int deltas, SnapshotRecord record)
      implements SlotRecord {}

  /// The session lives.
  record Ping(Instant writtenAt, Digest previous) implements SlotRecord {}

  /// The session ended by itself.
  record Close(Instant writtenAt, Digest previous) implements SlotRecord {}

  /// Maintenance ended the session; it can never commit again.
  record Kill(Instant writtenAt, Digest previous) implements SlotRecord {}

  default byte[] encode() {
    RecordWriter out =
        new RecordWriter()
            .u8(hasDomain() ? WITH_DOMAIN : PLAIN)
            .u8(code())
            .u64(Math.max(0, writtenAt().toEpochMilli()))
            .raw(previous().toBytes());
    if (this instanceof Snapshot snapshot) {
      out.u32(snapshot.deltas);
      snapshot.record.write(out);
      if (hasDomain()) {
        out.text(snapshot.record.domain(), DOMAIN_BYTES_MAX, "the name of a domain");
      }
    }
    return out.toBytes();
  }

  private boolean hasDomain() {
    return this instanceof Snapshot snapshot
        && !snapshot.record.domain().equals(Repository.MAIN_DOMAIN);
  }

  private int code() {
    return switch (this) {
      case Open _ -> 1;
      case Snapshot _ -> 2;
      case Ping _ -> 3;
      case Close _ -> 4;
      case Kill _ -> 5;
    };
  }

  static SlotRecord decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    int version = in.u8();
    if (version != PLAIN && version != WITH_DOMAIN) {
      throw in.damaged("has a record version this program does not know");
    }
    int code = in.u8();
    Instant writtenAt = in.instantMillis();
    Digest previous = in.digest();
    SlotRecord slot =
        switch (code) {
          case 1 -> new Open(writtenAt, previous);
          case 2 -> new Snapshot(writtenAt, previous, in.u32(), snapshot(in, version));
          case 3 -> new Ping(writtenAt, previous);
          case 4 -> new Close(writtenAt, previous);
          case 5 -> new Kill(writtenAt, previous);
          default -> throw in.damaged("is of an unknown kind");
        };
    if (version == WITH_DOMAIN && !slot.hasDomain()) {
      throw in.damaged("has a record version that its kind does not have");
    }
    in.end();
    return slot;
  }

  private static SnapshotRecord snapshot(RecordReader in, int version) {
    SnapshotRecord record = SnapshotRecord.read(in);
    return version == WITH_DOMAIN ? record.withDomain(in.text(DOMAIN_BYTES_MAX)) : record;
  }
}
