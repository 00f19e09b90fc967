package io.holdfast.base;

import java.util.regex.Pattern;

/// Text of a user or a server, as it may stand in a message: in quotes, without control characters,
/// and short.
public final class Quoted {
  private static final int CHARACTERS_MAX = 80;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");

  private Quoted() {}

  /// `text` in single quotes; more than 80 characters are cut and counted.
  public static String of(String text) {
    if (text.length() <= CHARACTERS_MAX) {
      return "'" + printable(text) + "'";
    }
    return "'"
        + printable(text.substring(0, CHARACTERS_MAX))
        + "…' ("
        + text.length()
        + " characters)";
  }

  /// `text` as one word of a shell's command, for people to copy.
  public static String inShell(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /// `text` with what could move a terminal's cursor, or look like another line, is written as its
  /// number.
  public static String printable(String text) {
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
        result.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }
}
