package io.holdfast.portable.tar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// What a pax header may say here: the path, the size, or both in this order.
final class PaxRecords {
  private static final int SIZE_DIGITS_MAX = 18;

  private final byte[] bytes;
  private int at;

  private Optional<byte[]> path = Optional.empty();
  private Optional<Long> size = Optional.empty();

  private PaxRecords(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Empty if they are anything else.
  static Optional<PaxRecords> parse(byte[] bytes) {
    PaxRecords records = new PaxRecords(bytes);
    records.path = records.value("path");
    Optional<byte[]> digits = records.value("size");
    records.size = digits.flatMap(PaxRecords::number);
    boolean whole = records.at == bytes.length && digits.isPresent() == records.size.isPresent();
    return whole ? Optional.of(records) : Optional.empty();
  }

  Optional<byte[]> path() {
    return path.map(byte[]::clone);
  }

  Optional<Long> size() {
    return size;
  }

  /// The value of the next record, if it has this key; then the cursor stands behind it.
  private Optional<byte[]> value(String key) {
    int blank = at;
    while (blank < bytes.length && blank < at + 5 && bytes[blank] != ' ') {
      blank++;
    }
    String digits = new String(bytes, at, blank - at, StandardCharsets.US_ASCII);
    byte[] head = (" " + key + "=").getBytes(StandardCharsets.US_ASCII);
    if (!digits.matches("[1-9][0-9]{0,3}")) {
      return Optional.empty();
    }
    int end = at + Integer.parseInt(digits);
    int begin = blank + head.length;
    boolean good =
        end <= bytes.length
            && begin < end
            && bytes[end - 1] == '\n'
            && Arrays.equals(bytes, blank, begin, head, 0, head.length);
    if (!good) {
      return Optional.empty();
    }
    at = end;
    return Optional.of(Arrays.copyOfRange(bytes, begin, end - 1));
  }

  private static Optional<Long> number(byte[] digits) {
    String text = new String(digits, StandardCharsets.US_ASCII);
    boolean good = text.length() <= SIZE_DIGITS_MAX && text.matches("[1-9][0-9]*");
    return good ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }
}
