package io.holdfast.postgres.page;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.PageFinding.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Judges pages of relation files as the server does when it reads them: checksum, consistency of
/// the header, new pages all zero. Immutable; shared by threads.
///
/// A finding in a backup of a running server may still be a page that was read while the server
/// wrote it: where its position was read before and the rest after the write, the window cannot
/// excuse it. The caller reads the page again, or looks whether the backup's own WAL has an image
/// of the block, before it calls the page damaged.
public final class PageChecker {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int KNOWN_FLAGS = 7;
  private static final int ALIGNMENT = 8;

  private final int pageSize;
  private final Checksums checksums;
  private final ReplayWindow window;
  private final byte[] zeroPage;

  /// @param pageSize bytes in a page, a power of two from 1024 to 32768
  public PageChecker(int pageSize, Checksums checksums, ReplayWindow window) {
    if (pageSize < 1024 || pageSize > 32768 || Integer.bitCount(pageSize) != 1) {
      throw new IllegalArgumentException("not a page size: " + pageSize);
    }
    this.pageSize = pageSize;
    this.checksums = checksums;
    this.window = window;
    this.zeroPage = new byte[pageSize];
  }

  public int pageSize() {
    return pageSize;
  }

  /// Judges the pages in `length` bytes of a relation file, which begin at the page `firstBlock`. A
  /// rest that is no whole page is a finding only where nothing is replayed: a running server may
  /// be extending the file.
  public List<PageFinding> check(byte[] buffer, int offset, int length, long firstBlock) {
    List<PageFinding> findings = new ArrayList<>(0);
    int pages = length / pageSize;
    for (int page = 0; page < pages; page++) {
      judge(buffer, offset + page * pageSize, firstBlock + page).ifPresent(findings::add);
    }
    if (length % pageSize != 0 && !window.isOpen()) {
      findings.add(new PageFinding(firstBlock + pages, Reason.INCOMPLETE, new Lsn(0), 0, 0));
    }
    return findings;
  }

  /// The position of the last change that a page claims: two halves, high first.
  public static Lsn lsn(byte[] buffer, int offset) {
    long high = (int) INT.get(buffer, offset);
    long low = (int) INT.get(buffer, offset + 4);
    return new Lsn(high << 32 | (low & 0xffffffffL));
  }

  private Optional<PageFinding> judge(byte[] buffer, int at, long block) {
    int upper = half(buffer, at + 14);
    if (upper == 0) {
      return isZero(buffer, at)
          ? Optional.empty()
          : finding(buffer, at, block, Reason.NEW_BUT_NOT_ZERO, 0);
    }
    int expected = 0;
    if (checksums == Checksums.ON) {
      expected = PageChecksum.of(buffer, at, pageSize, block);
      if (expected != half(buffer, at + 8)) {
        return finding(buffer, at, block, Reason.CHECKSUM, expected);
      }
    }
    int lower = half(buffer, at + 12);
    int special = half(buffer, at + 16);
    boolean consistent =
        (half(buffer, at + 10) & ~KNOWN_FLAGS) == 0
            && lower <= upper
            && upper <= special
            && special <= pageSize
            && special % ALIGNMENT == 0;
    return consistent ? Optional.empty() : finding(buffer, at, block, Reason.HEADER, expected);
  }

  private Optional<PageFinding> finding(
      byte[] buffer, int at, long block, Reason reason, int expected) {
    Lsn lsn = lsn(buffer, at);
    if (window.covers(lsn)) {
      return Optional.empty();
    }
    return Optional.of(new PageFinding(block, reason, lsn, half(buffer, at + 8), expected));
  }

  private boolean isZero(byte[] buffer, int at) {
    return Arrays.equals(buffer, at, at + pageSize, zeroPage, 0, pageSize);
  }

  private static int half(byte[] buffer, int at) {
    return (short) SHORT.get(buffer, at) & 0xffff;
  }
}
