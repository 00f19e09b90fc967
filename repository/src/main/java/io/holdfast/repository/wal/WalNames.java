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
    return switch (name.length()) {
      case PLAIN_CHARACTERS -> isRange(name) ? variant(timeline, name) : Optional.empty();
      case VARIANT_CHARACTERS ->
          isRange(name) && isVariant(name) ? variant(timeline, name) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<WalVariant> variant(int timeline, String name) {
    long start = HexFormat.fromHexDigitsToLong(name, 0, DASH);
    long end = HexFormat.fromHexDigitsToLong(name, DASH + 1, PLAIN_CHARACTERS);
    try {
      return Optional.of(
          new WalVariant(new WalRange(timeline, start, end), name.substring(PLAIN_CHARACTERS)));
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

  private static boolean isRange(String name) {
    return isHex(name, 0, DASH)
        && name.charAt(DASH) == '-'
        && isHex(name, DASH + 1, PLAIN_CHARACTERS);
  }

  private static boolean isVariant(String name) {
    boolean known =
        name.startsWith(CONFLICT, PLAIN_CHARACTERS)
            || name.startsWith(REPLACEMENT, PLAIN_CHARACTERS);
    return known && isHex(name, PLAIN_CHARACTERS + CONFLICT.length(), VARIANT_CHARACTERS);
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
