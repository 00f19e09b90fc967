package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalEnd.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads WAL that is fed to it in consecutive pieces of any size, and hands out the records whose
/// checksums are right. It never throws because of what the bytes are; where they cannot be read
/// further, [#end] says why and the rest is ignored.
///
/// Needs memory for one record: 64 KiB, up to 1 MiB for long ones, up to 64 MiB for the end of a
/// transaction that dropped millions of objects. Not safe for use by several threads.
public final class WalReader {
  private static final int PAGE_MASK = WalFormat.PAGE_BYTES - 1;

  /// What the next byte of a page's body is.
  private enum State {
    /// Unknown: the start of the next record is looked for on the pages to come.
    LOST,
    /// The tail of a record whose beginning was not seen; `skip` bytes of it are on this page.
    FOREIGN_TAIL,
    /// The first byte of a record.
    BETWEEN,
    IN_RECORD,
    /// Up to seven bytes between a record and the next multiple of eight.
    PADDING,
    /// After a segment switch, up to the next segment.
    SWITCHED
  }

  private final WalFormat format;
  private final RecordAssembly record;
  private final ByteBuffer header =
      ByteBuffer.allocate(PageHeader.LONG_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private long position;
  private State state;
  private boolean inHeader;
  private int skip;
  private int pageTimeline;
  private long recordStart;
  private long previousStart;
  private boolean previousKnown;

  /// No record was found yet, and where one starts was not told either.
  private boolean looking;

  private @Nullable Lsn knownFrom;
  private @Nullable WalEnd end;

  private WalReader(WalFormat format, Lsn start, State state) {
    this.format = format;
    this.record = new RecordAssembly(format.version());
    this.position = start.value();
    this.state = state;
    this.looking = state == State.LOST;
    this.inHeader = (position & PAGE_MASK) == 0;
    this.knownFrom = state == State.BETWEEN ? start : null;
    prepareHeader();
  }

  /// Reads from a position at which a record starts, such as the start of a backup or the end of a
  /// record.
  public static WalReader atRecord(WalFormat format, Lsn recordStart) {
    boolean possible =
        recordStart.value() % 8 == 0
            && ((recordStart.value() & PAGE_MASK) == 0
                || (recordStart.value() & PAGE_MASK) >= PageHeader.SHORT_BYTES);
    return new WalReader(format, recordStart, possible ? State.BETWEEN : State.LOST);
  }

  /// Reads from any position. Where it is not the start of a page, reading begins on the next page,
  /// with the first record that starts there.
  public static WalReader anywhere(WalFormat format, Lsn start) {
    return new WalReader(format, start, State.LOST);
  }

  /// Takes the next bytes. All are taken, unless WAL ended or the visitor stopped.
  public void feed(ByteBuffer bytes, WalRecordVisitor visitor) {
    boolean more = true;
    while (more && end == null && bytes.hasRemaining()) {
      if (state == State.SWITCHED) {
        advance(bytes, format.segmentSize().bytes() - segmentOffset());
        if (segmentOffset() == 0) {
          startPage();
          state = State.BETWEEN;
        }
      } else if (inHeader) {
        collectHeader(bytes);
      } else {
        more = body(bytes, visitor);
      }
    }
  }

  /// The position of the next byte that is wanted.
  public Lsn position() {
    return new Lsn(position);
  }

  /// Why reading ended; empty as long as more can be fed.
  public Optional<WalEnd> end() {
    return Optional.ofNullable(end);
  }

  /// The position from which on no record was missed; empty as long as none was found.
  public Optional<Lsn> knownFrom() {
    return Optional.ofNullable(knownFrom);
  }

  private boolean body(ByteBuffer bytes, WalRecordVisitor visitor) {
    int leftOnPage = WalFormat.PAGE_BYTES - (int) (position & PAGE_MASK);
    boolean more = true;
    switch (state) {
      case LOST -> advance(bytes, leftOnPage);
      case FOREIGN_TAIL -> {
        skip -= advance(bytes, skip);
        if (skip == 0) {
          found();
        }
      }
      case BETWEEN -> {
        recordStart = position;
        record.begin();
        state = State.IN_RECORD;
      }
      case IN_RECORD -> more = inRecord(bytes, leftOnPage, visitor);
      case PADDING -> {
        skip -= advance(bytes, skip);
        if (skip == 0) {
          more = emit(visitor);
        }
      }
      case SWITCHED -> throw new IllegalStateException("pages after a segment switch are skipped");
    }
    if ((position & PAGE_MASK) == 0 && state != State.SWITCHED) {
      startPage();
    }
    return more;
  }

  private boolean inRecord(ByteBuffer bytes, int leftOnPage, WalRecordVisitor visitor) {
    int count = Math.min(Math.min(bytes.remaining(), leftOnPage), record.wanted());
    Reason fault = record.take(bytes, count);
    position += count;
    if (fault == null && record.headerJustComplete()) {
      fault = previousFault();
    }
    if (fault == Reason.ZERO_LENGTH && looking) {
      // The empty rest of a segment, after a switch that was not seen.
      knownFrom = null;
      state = State.LOST;
      return true;
    }
    if (fault != null) {
      end = new WalEnd(new Lsn(recordStart), fault);
      return false;
    }
    if (!record.complete()) {
      return true;
    }
    skip = (int) (-position & 7);
    state = State.PADDING;
    return skip > 0 || emit(visitor);
  }

  private @Nullable Reason previousFault() {
    boolean right =
        previousKnown
            ? record.previous() == previousStart
            : Long.compareUnsigned(record.previous(), recordStart) < 0;
    return right ? null : Reason.PREVIOUS;
  }

  private boolean emit(WalRecordVisitor visitor) {
    Optional<RecordLayout> layout = record.layout();
    if (layout.isEmpty()) {
      end = new WalEnd(new Lsn(recordStart), Reason.LAYOUT);
      return false;
    }
    previousStart = recordStart;
    previousKnown = true;
    looking = false;
    state = State.BETWEEN;
    Lsn next = new Lsn(position);
    if (record.isSegmentSwitch()) {
      next = format.segmentSize().ceiling(next);
      state = next.value() == position ? State.BETWEEN : State.SWITCHED;
    }
    return visitor.visit(
        new WalRecord(
            format.version(),
            new Lsn(recordStart),
            next,
            record.whole(),
            layout.get(),
            record.mainData(layout.get())));
  }

  private void collectHeader(ByteBuffer bytes) {
    int count = Math.min(bytes.remaining(), header.remaining());
    header.put(header.position(), bytes, bytes.position(), count);
    header.position(header.position() + count);
    bytes.position(bytes.position() + count);
    position += count;
    if (!header.hasRemaining()) {
      inHeader = false;
      header.flip();
      page(new Lsn(position - header.limit()));
    }
  }

  private void page(Lsn at) {
    Reason fault = PageHeader.fault(header, at, format, pageTimeline);
    if (fault != null) {
      end = new WalEnd(at, fault);
      return;
    }
    PageHeader page = PageHeader.read(header);
    pageTimeline = page.timeline();
    switch (state) {
      case LOST -> look(page);
      case BETWEEN -> {
        if (page.continuesRecord()) {
          end = new WalEnd(at, Reason.CONTINUATION);
        }
      }
      case IN_RECORD -> goOn(page);
      case FOREIGN_TAIL, PADDING, SWITCHED ->
          throw new IllegalStateException(state + " ends before the page does");
    }
  }

  /// Looks for the first record that starts on the page.
  private void look(PageHeader page) {
    long tail = (page.remainingBytes() + 7L) & ~7L;
    if (!page.continuesRecord()) {
      found();
    } else if (tail < WalFormat.PAGE_BYTES - header.limit()) {
      skip = (int) tail;
      state = State.FOREIGN_TAIL;
    }
  }

  private void goOn(PageHeader page) {
    if (page.overwritesRecord()) {
      state = State.BETWEEN;
    } else if (!page.continuesRecord() || page.remainingBytes() != record.remainingBytes()) {
      end = new WalEnd(new Lsn(recordStart), Reason.CONTINUATION);
    }
  }

  private void found() {
    knownFrom = new Lsn(position);
    state = State.BETWEEN;
  }

  private void startPage() {
    inHeader = true;
    prepareHeader();
  }

  private void prepareHeader() {
    header.clear().limit(PageHeader.bytesAt(position, format.segmentSize()));
  }

  private int segmentOffset() {
    return format.segmentSize().offsetOf(new Lsn(position));
  }

  private int advance(ByteBuffer bytes, int wanted) {
    int count = Math.min(bytes.remaining(), wanted);
    bytes.position(bytes.position() + count);
    position += count;
    return count;
  }
}
