package io.holdfast.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/// Bytes to work on, the same each time.
public final class MadeContent {
  private MadeContent() {}

  /// @param kind `text` or `noise`
  public static byte[] of(String kind, int length) {
    SplittableRandom random = new SplittableRandom(length);
    byte[] bytes = new byte[length];
    switch (kind) {
      case "text" -> fillWithRows(bytes, random);
      case "noise" -> random.nextBytes(bytes);
      default -> throw new IllegalArgumentException("content is 'text' or 'noise', not " + kind);
    }
    return bytes;
  }

  private static void fillWithRows(byte[] bytes, SplittableRandom random) {
    int at = 0;
    for (int id = 1; at < bytes.length; id++) {
      String row =
          String.format(
              Locale.ROOT,
              "%d\t%d\tcustomer %s\t2026-0%d-1%d 12:%d:%d\torder of %d pieces\t%x\n",
              id,
              random.nextInt(100_000),
              Integer.toString(random.nextInt(40_000), 36),
              1 + random.nextInt(9),
              random.nextInt(10),
              10 + random.nextInt(50),
              10 + random.nextInt(50),
              random.nextInt(20),
              random.nextInt());
      byte[] ascii = row.getBytes(StandardCharsets.US_ASCII);
      int length = Math.min(ascii.length, bytes.length - at);
      System.arraycopy(ascii, 0, bytes, at, length);
      at += length;
    }
  }
}
