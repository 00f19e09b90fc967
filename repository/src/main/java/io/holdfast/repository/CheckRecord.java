package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The plain content of one `check/<date>-<id>`: which packs were read back, when, and which of
/// them were not what was written.
record CheckRecord(List<Run> runs, List<Damaged> damaged) {
  static final String PURPOSE = "check";
  static final int BYTES_MAX = 16 << 20;

  private static final int RECORD_VERSION = 1;
  private static final int RUNS_MAX = 4096;
  private static final int PACKS_MAX = 1 << 20;
  private static final int DAMAGED_MAX = 1 << 16;

  CheckRecord {
    runs = List.copyOf(runs);
    damaged = List.copyOf(damaged);
  }

  /// What one run proved.
  ///
  /// @param bytesRead what it read, for the budget of a day
  /// @param packs the first 8 bytes of the SHA-256 of each
  record Run(Instant at, long bytesRead, List<Long> packs) {
    Run {
      packs = List.copyOf(packs);
    }
  }

  /// A pack that was missing or not what was written.
  record Damaged(Instant at, PackId pack) {}

  /// The short name under which a pack is proved.
  static long shortOf(PackId pack) {
    return java.nio.ByteBuffer.wrap(pack.digest().toBytes()).getLong();
  }

  byte[] encode() {
    RecordWriter out = new RecordWriter().u8(RECORD_VERSION).u32(runs.size());
    for (Run run : runs) {
      out.u64(millis(run.at)).u64(run.bytesRead).u32(run.packs.size());
      for (long pack : run.packs) {
        out.raw(java.nio.ByteBuffer.allocate(Long.BYTES).putLong(pack).array());
      }
    }
    out.u32(damaged.size());
    for (Damaged each : damaged) {
      out.u64(millis(each.at))
          .raw(each.pack.session().toBytes())
          .u32(each.pack.sequence())
          .raw(each.pack.digest().toBytes());
    }
    return out.toBytes();
  }

  private static long millis(Instant time) {
    return Math.max(0, time.toEpochMilli());
  }

  static CheckRecord decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    if (in.u8() != RECORD_VERSION) {
      throw in.damaged("has a record version this program does not know");
    }
    List<Run> runs = new ArrayList<>();
    for (int i = in.count(RUNS_MAX); i > 0; i--) {
      Instant at = in.instantMillis();
      long bytes = in.u64();
      List<Long> packs = new ArrayList<>();
      for (int p = in.count(PACKS_MAX); p > 0; p--) {
        packs.add(java.nio.ByteBuffer.wrap(in.raw(Long.BYTES)).getLong());
      }
      runs.add(new Run(at, bytes, packs));
    }
    List<Damaged> damaged = new ArrayList<>();
    for (int i = in.count(DAMAGED_MAX); i > 0; i--) {
      Instant at = in.instantMillis();
      SessionId session = SessionId.of(in.raw(Hex16.BYTES));
      int sequence = in.u32();
      damaged.add(new Damaged(at, new PackId(session, sequence, in.digest())));
    }
    in.end();
    return new CheckRecord(runs, damaged);
  }
}
