package io.holdfast.postgres.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSummary.Records;
import io.holdfast.postgres.wal.WalSummary.Sample;
import io.holdfast.postgres.wal.WalSummary.Transactions;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads the stored form of a summary and believes nothing of it.
final class SummaryReader {
  /// 63 bytes as the server stores them, each of which may have become a replacement character.
  private static final int MAX_NAME_BYTES = 3 * 64;

  private static final long MAX_SECONDS = 1L << 40;

  private final ByteBuffer in;
  private Lsn base = new Lsn(0);

  SummaryReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  WalSummary read() {
    if (in.remaining() > WalSummary.MAX_ENCODED_BYTES) {
      throw corrupt("it has " + in.remaining() + " bytes", null);
    }
    try {
      WalSummary summary = summary();
      if (in.hasRemaining()) {
        throw corrupt(in.remaining() + " bytes follow it", null);
      }
      return summary;
    } catch (BufferUnderflowException e) {
      throw corrupt("it ends too early", e);
    } catch (IllegalArgumentException e) {
      throw corrupt(String.valueOf(e.getMessage()), e);
    }
  }

  private WalSummary summary() {
    require(in.getInt() == SummaryWriter.MAGIC, "its first bytes are wrong");
    int version = in.get() & 0xff;
    if (version != SummaryWriter.VERSION) {
      throw corrupt("its version " + version + " is not known", null);
    }
    int timeline = count(Integer.MAX_VALUE, "timeline");
    base = new Lsn(in.getLong());
    Lsn end = base.plus(unsigned());
    Lsn knownFrom = lsn();
    int flags = in.get() & 0xff;
    require(flags <= 15, "it has unknown parts");
    Optional<Records> records = when(flags, SummaryWriter.HAS_RECORDS, this::records);
    Optional<Transactions> transactions =
        when(flags, SummaryWriter.HAS_TRANSACTIONS, this::transactions);
    List<WalFact.RestorePoint> points =
        list(WalSummary.MAX_RESTORE_POINTS, "restore points", this::restorePoint);
    long omittedPoints = unsigned();
    List<WalFact> events = list(WalSummary.MAX_EVENTS, "events", this::event);
    long omittedEvents = unsigned();
    Optional<WalEnd> damage = when(flags, SummaryWriter.HAS_DAMAGE, this::damage);
    Optional<Instant> observedAt = when(flags, SummaryWriter.HAS_OBSERVED, this::time);
    return new WalSummary(
        timeline,
        base,
        end,
        knownFrom,
        records,
        transactions,
        points,
        omittedPoints,
        events,
        omittedEvents,
        damage,
        observedAt);
  }

  private Records records() {
    Lsn first = lsn();
    Lsn last = first.plus(unsigned());
    Lsn lastEnd = last.plus(unsigned());
    require(!last.isBefore(first) && last.isBefore(lastEnd), "records out of order");
    return new Records(first, last, lastEnd, unsigned());
  }

  private Transactions transactions() {
    long commits = unsigned();
    long aborts = unsigned();
    long first = in.getLong();
    long last = first + signed();
    long earliest = first + signed();
    long latest = first + signed();
    long stepBack = unsigned();
    require(
        earliest <= first && earliest <= last && first <= latest && last <= latest,
        "times out of order");
    require(commits >= 0 && aborts >= 0 && stepBack >= 0, "negative count");
    long lowestXid = unsigned();
    long highestXid = lowestXid + unsigned();
    require(lowestXid >>> 32 == 0 && highestXid >>> 32 == 0 && lowestXid <= highestXid, "bad xid");
    return new Transactions(
        commits,
        aborts,
        WalTime.instant(first),
        WalTime.instant(last),
        WalTime.instant(earliest),
        WalTime.instant(latest),
        stepBack,
        lowestXid,
        highestXid,
        samples(first));
  }

  private List<Sample> samples(long firstTime) {
    int count = count(WalSummary.MAX_SAMPLES, "samples");
    List<Sample> samples = new ArrayList<>(count);
    Lsn lsn = base;
    long time = firstTime;
    for (int i = 0; i < count; i++) {
      Lsn next = lsn.plus(signed());
      long nextTime = time + signed();
      require(i == 0 || (lsn.isBefore(next) && time <= nextTime), "samples out of order");
      lsn = next;
      time = nextTime;
      samples.add(new Sample(lsn, WalTime.instant(time)));
    }
    return samples;
  }

  private WalFact.RestorePoint restorePoint() {
    Lsn lsn = lsn();
    Lsn end = lsn.plus(unsigned());
    Instant time = time();
    byte[] name = new byte[count(MAX_NAME_BYTES, "bytes of a name")];
    in.get(name);
    return new WalFact.RestorePoint(lsn, end, new String(name, StandardCharsets.UTF_8), time);
  }

  private WalFact event() {
    int tag = in.get();
    Lsn lsn = lsn();
    return switch (tag) {
      case SummaryWriter.CHECKPOINT_ONLINE -> checkpoint(lsn, WalFact.Kind.ONLINE);
      case SummaryWriter.CHECKPOINT_SHUTDOWN -> checkpoint(lsn, WalFact.Kind.SHUTDOWN);
      case SummaryWriter.END_OF_RECOVERY ->
          new WalFact.EndOfRecovery(lsn, int32(), int32(), time());
      case SummaryWriter.PARAMETER_CHANGE -> parameterChange(lsn);
      case SummaryWriter.BACKUP_END -> new WalFact.BackupEnd(lsn, lsn.plus(unsigned()), lsn());
      case SummaryWriter.UNFINISHED_RECORD -> new WalFact.UnfinishedRecord(lsn, lsn(), time());
      case SummaryWriter.TABLESPACE_CREATION -> tablespaceCreation(lsn);
      default -> throw corrupt("event of unknown kind " + tag, null);
    };
  }

  private WalFact checkpoint(Lsn lsn, WalFact.Kind kind) {
    Lsn redo = lsn();
    int timeline = int32();
    int previous = int32();
    long seconds = signed();
    require(Math.abs(seconds) <= MAX_SECONDS, "time of a checkpoint");
    return new WalFact.Checkpoint(
        lsn, kind, redo, timeline, previous, Instant.ofEpochSecond(seconds));
  }

  private WalFact tablespaceCreation(Lsn lsn) {
    long oid = unsigned();
    require(oid >>> Integer.SIZE == 0, "oid of a tablespace");
    byte[] path = new byte[count(WalSummary.MAX_STORED_PATH_BYTES, "bytes of a path")];
    in.get(path);
    return new WalFact.TablespaceCreation(lsn, oid, new String(path, StandardCharsets.UTF_8));
  }

  private WalFact parameterChange(Lsn lsn) {
    return new WalFact.ParameterChange(
        lsn,
        int32(),
        int32(),
        int32(),
        int32(),
        int32(),
        WalFact.WalLevel.ofNumber(in.get()).orElseThrow(() -> corrupt("bad wal_level", null)),
        in.get() == 1 ? WalFact.Hints.LOGGED : WalFact.Hints.NOT_LOGGED);
  }

  private WalEnd damage() {
    Lsn at = lsn();
    int number = in.get();
    for (WalEnd.Reason reason : WalEnd.Reason.values()) {
      if (reason.number() == number) {
        return new WalEnd(at, reason);
      }
    }
    throw corrupt("damage of unknown kind " + number, null);
  }

  private static <T> Optional<T> when(int flags, int flag, Supplier<T> part) {
    return (flags & flag) == 0 ? Optional.empty() : Optional.of(part.get());
  }

  private <T> List<T> list(int limit, String what, Supplier<? extends T> element) {
    int count = count(limit, what);
    List<T> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(element.get());
    }
    return list;
  }

  private Lsn lsn() {
    return base.plus(signed());
  }

  private Instant time() {
    return WalTime.instant(in.getLong());
  }

  private int count(int limit, String what) {
    long count = unsigned();
    require(count >= 0 && count <= limit, "too many " + what + ": " + count);
    return (int) count;
  }

  private int int32() {
    long value = signed();
    require(value == (int) value, "number out of range: " + value);
    return (int) value;
  }

  private long signed() {
    long value = unsigned();
    return (value >>> 1) ^ -(value & 1);
  }

  private long unsigned() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw corrupt("a number is too long", null);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw corrupt(what, null);
    }
  }

  private static BackupException corrupt(String what, @Nullable Throwable cause) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "WAL summary cannot be read: " + what,
        "Run verify; the summary can be made again from the WAL it belongs to.",
        cause);
  }
}
