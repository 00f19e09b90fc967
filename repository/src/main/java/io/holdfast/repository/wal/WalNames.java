package io.holdfast.repository.wal;

import io.holdfast.storage.BlobKey;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// The names of one lineage, made and taken apart in one place.
final class WalNames {
  static final String ROOT = "wal/";
  static final String CONFLICT = ".v";
  static final String REPLACEMENT = ".r";

  private static final String ABOUT = "/about";
  private static final String FILES = "/files/";
  private static final int DASH = 16;
  private static final int PLAIN_CHARACTERS = 33;
  private static final int VARIANT_CHARACTERS = PLAIN_CHARACTERS + 10;

  private final String lineage;

  WalNames(String lineage) {
    this.lineage = lineage;
  }

  String prefix() {
    return ROOT + lineage + "/";
  }

  String timelinePrefix(int timeline) {
    return prefix() + String.format(Locale.ROOT, "%08x/", timeline);
  }

  String filesPrefix() {
    return ROOT + lineage + FILES;
  }

  BlobKey about() {
    return new BlobKey(ROOT + lineage + ABOUT);
  }

  BlobKey range(WalRange range, String variant) {
    return new BlobKey(prefix() + range + variant);
  }

  BlobKey file(String pseudonym, String variant) {
    return new BlobKey(filesPrefix() + pseudonym + variant);
  }

  /// The range of an object's name in the folder of a timeline, with its variant, which is empty
  /// for the range itself. There are many names: nothing is made of those that are none.
  static Optional<WalVariant> parseRange(int timeline, String name) {
    return parseRange(timeline, name, 0);
  }

  /// As above, of a name that begins at `from` in a longer text. A copy of it alone is not made:
  /// besides the cost, three test runs on Java 25.0.3 lost all names of variants after such copies,
  /// which nothing in the code explains.
  static Optional<WalVariant> parseRange(int timeline, String text, int from) {
    return switch (text.length() - from) {
      case PLAIN_CHARACTERS ->
          isRange(text, from) ? variant(timeline, text, from) : Optional.empty();
      case VARIANT_CHARACTERS ->
          isRange(text, from) && isVariant(text, from)
              ? variant(timeline, text, from)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<WalVariant> variant(int timeline, String text, int from) {
    int end = from + PLAIN_CHARACTERS;
    long first = HexFormat.fromHexDigitsToLong(text, from, from + DASH);
    long last = HexFormat.fromHexDigitsToLong(text, from + DASH + 1, end);
    try {
      return Optional.of(new WalVariant(new WalRange(timeline, first, last), text.substring(end)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// The timeline whose folder in a lineage has this name.
  static OptionalInt parseTimeline(String name) {
    return name.length() == 8 && isHex(name, 0, 8)
        ? OptionalInt.of(HexFormat.fromHexDigits(name))
        : OptionalInt.empty();
  }

  /// Whether a folder below the root may be a lineage.
  static boolean isLineage(String name) {
    return name.length() == 32 && isHex(name, 0, 32);
  }

  /// Whether it is the name of a small file, not of a variant.
  static boolean isPseudonym(String name) {
    return isLineage(name);
  }

  private static boolean isRange(String text, int from) {
    return isHex(text, from, from + DASH)
        && text.charAt(from + DASH) == '-'
        && isHex(text, from + DASH + 1, from + PLAIN_CHARACTERS);
  }

  private static boolean isVariant(String text, int from) {
    int end = from + PLAIN_CHARACTERS;
    boolean known = text.startsWith(CONFLICT, end) || text.startsWith(REPLACEMENT, end);
    return known && isHex(text, end + CONFLICT.length(), from + VARIANT_CHARACTERS);
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
