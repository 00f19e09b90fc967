package io.holdfast.engine.report;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.HexFormat;
import java.util.Locale;

/// A font that every reader of PDF has. It shows Latin letters; others are written as escapes with
/// four hexadecimal digits, so that names in any script stay readable and nothing breaks.
enum PdfFont {
  REGULAR("F1", "Helvetica"),
  BOLD("F2", "Helvetica-Bold");

  private static final Charset WIN_ANSI = Charset.forName("windows-1252");

  /// Widths of the characters from U+0020 to U+007E, in thousandths.
  private static final int[] WIDTHS = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584
  };

  private static final int WIDEST = 1015;
  private static final double BOLDER = 1.07;

  private final String key;
  private final String fullName;

  PdfFont(String key, String fullName) {
    this.key = key;
    this.fullName = fullName;
  }

  /// What pages call it.
  String key() {
    return key;
  }

  /// What readers call it.
  String fullName() {
    return fullName;
  }

  /// The text as the font can show it.
  static String shown(String text) {
    CharsetEncoder encoder = WIN_ANSI.newEncoder();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = !Character.isISOControl(c) && encoder.canEncode(c);
      out.append(plain ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return out.toString();
  }

  /// As a page has it.
  ///
  /// @param shown see [#shown]
  static String hex(String shown) {
    try {
      ByteBuffer encoded = WIN_ANSI.newEncoder().encode(CharBuffer.wrap(shown));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return HexFormat.of().formatHex(bytes);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a text that the font cannot show", e);
    }
  }

  /// How wide it is, or a little less; of letters beyond ASCII an estimate.
  double width(String shown, double size) {
    long sum = 0;
    for (int i = 0; i < shown.length(); i++) {
      int index = shown.charAt(i) - ' ';
      boolean known = index >= 0 && index < WIDTHS.length;
      sum += known ? WIDTHS[index] : WIDEST * 2 / 3;
    }
    return sum * size / 1000 * (this == BOLD ? BOLDER : 1);
  }
}
