package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.time.Instant;

/// What one `log/<sid>/<k>` says. Each slot is bound to its name and names the digest of the slot
/// before it.
sealed interface SlotRecord {
  String PURPOSE = "slot";
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
            .u8(1)
            .u8(code())
            .u64(Math.max(0, writtenAt().toEpochMilli()))
            .raw(previous().toBytes());
    if (this instanceof Snapshot snapshot) {
      out.u32(snapshot.deltas);
      snapshot.record.write(out);
    }
    return out.toBytes();
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
    if (in.u8() != 1) {
      throw in.damaged("has a record version this program does not know");
    }
    int code = in.u8();
    Instant writtenAt = in.instantMillis();
    Digest previous = in.digest();
    SlotRecord slot =
        switch (code) {
          case 1 -> new Open(writtenAt, previous);
          case 2 -> new Snapshot(writtenAt, previous, in.u32(), SnapshotRecord.read(in));
          case 3 -> new Ping(writtenAt, previous);
          case 4 -> new Close(writtenAt, previous);
          case 5 -> new Kill(writtenAt, previous);
          default -> throw in.damaged("is of an unknown kind");
        };
    in.end();
    return slot;
  }
}
