package io.holdfast.repository.wal;

import io.holdfast.storage.BlobKey;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of one lineage, made and taken apart in one place.
final class WalNames {
  static final String ROOT = "wal/";
  static final String CONFLICT = ".v";
  static final String REPLACEMENT = ".r";

  private static final String ABOUT = "/about";
  private static final String FILES = "/files/";
  private static final Pattern RANGE =
      Pattern.compile(
          "(?<timeline>[0-9a-f]{8})/(?<start>[0-9a-f]{16})-(?<end>[0-9a-f]{16})"
              + "(?<variant>|\\.[vr][0-9a-f]{8})");
  private static final Pattern ABOUT_KEY = Pattern.compile("wal/(?<lineage>[0-9a-f]{32})/about");

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

  /// The range of an object's name, with its variant, which is empty for the range itself.
  Optional<WalVariant> parse(BlobKey key) {
    if (!key.value().startsWith(prefix())) {
      return Optional.empty();
    }
    Matcher matcher = RANGE.matcher(key.value().substring(prefix().length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int timeline = HexFormat.fromHexDigits(matcher.group("timeline"));
    long start = HexFormat.fromHexDigitsToLong(matcher.group("start"));
    long end = HexFormat.fromHexDigitsToLong(matcher.group("end"));
    try {
      return Optional.of(
          new WalVariant(new WalRange(timeline, start, end), matcher.group("variant")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /// The lineage whose `about` this is.
  static Optional<String> parseAbout(BlobKey key) {
    Matcher matcher = ABOUT_KEY.matcher(key.value());
    return matcher.matches() ? Optional.of(matcher.group("lineage")) : Optional.empty();
  }
}
