package io.holdfast.engine.wal;

/// Sizes as PostgreSQL prints settings.
public final class WalSizes {
  private WalSizes() {}

  /// Reads `16MB`, `1GB`, `512kB`, `1048576`.
  public static long bytes(String text) {
    String digits = text.replaceAll("[^0-9]", "");
    long number = Long.parseLong(digits);
    return switch (text.substring(digits.length())) {
      case "kB" -> number << 10;
      case "MB" -> number << 20;
      case "GB" -> number << 30;
      case "TB" -> number << 40;
      default -> number;
    };
  }
}
