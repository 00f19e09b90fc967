package io.holdfast.repository;

/// Checks for the 16-byte identifiers that are written as 32 hexadecimal digits.
final class Hex16 {
  static final int BYTES = 16;

  private Hex16() {}

  static String require(String hex, String what) {
    if (!isHex(hex)) {
      throw new IllegalArgumentException(what + " has 32 lower-case hexadecimal digits");
    }
    return hex;
  }

  static boolean isHex(String text) {
    return text.length() == 2 * BYTES && isLowerHex(text);
  }

  static boolean isLowerHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }
}
