package io.holdfast.postgres.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The 16-bit checksum of a page: 32 interleaved hashes of the FNV-1a family, folded, with the
/// block number mixed in. The inner loops are kept in the shape that the JIT compiler turns into
/// vector instructions.
public final class PageChecksum {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PRIME = 16777619;
  private static final int LANES = 32;
  private static final int ROW_BYTES = LANES * Integer.BYTES;

  /// The lane whose first word holds the checksum, in its lower half, which counts as zero.
  private static final int CHECKSUM_LANE = 2;

  private static final int CHECKSUM_MASK = 0xffff0000;

  private static final int[] SEEDS = {
    0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
    0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
    0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
    0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756,
  };

  private PageChecksum() {}

  /// The checksum that belongs on the page at `offset`, from 1 to 65535. What the page says itself
  /// is not looked at.
  ///
  /// @param length the page size, a multiple of 128
  /// @param block the block number within the relation; 32 bits of it count
  public static int of(byte[] buffer, int offset, int length, long block) {
    if (length <= 0 || length % ROW_BYTES != 0) {
      throw new IllegalArgumentException("not a page size: " + length);
    }
    int[] sums = SEEDS.clone();
    addRow(sums, buffer, offset);
    int first = (int) INT.get(buffer, offset + CHECKSUM_LANE * Integer.BYTES);
    sums[CHECKSUM_LANE] = round(SEEDS[CHECKSUM_LANE], first & CHECKSUM_MASK);
    for (int row = offset + ROW_BYTES; row < offset + length; row += ROW_BYTES) {
      addRow(sums, buffer, row);
    }
    int folded = 0;
    for (int sum : sums) {
      folded ^= round(round(sum, 0), 0);
    }
    return Integer.remainderUnsigned(folded ^ (int) block, 65535) + 1;
  }

  private static void addRow(int[] sums, byte[] buffer, int row) {
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] = round(sums[lane], (int) INT.get(buffer, row + lane * Integer.BYTES));
    }
  }

  private static int round(int sum, int word) {
    int mixed = sum ^ word;
    return mixed * PRIME ^ mixed >>> 17;
  }
}
