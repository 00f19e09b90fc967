package io.holdfast.tenant.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How names of a database are written: for SQL always in quotes, for people in quotes only where
/// they are needed.
public final class Identifiers {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");
  private static final int CHARACTERS_MAX = 4_096;

  private Identifiers() {}

  /// As SQL takes every name, also reserved words.
  public static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /// In quotes, with commas between them.
  public static String quoted(List<String> names) {
    return names.stream().map(Identifiers::quoted).collect(Collectors.joining(", "));
  }

  /// As people write it: `name`, or `"Name"` where it has other characters than lower case letters,
  /// digits, `_` and `$`. [#parts] reads it back.
  public static String text(String name) {
    return PLAIN.matcher(name).matches() ? name : quoted(name);
  }

  /// Whether the name needs no quotes in text.
  public static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /// The first name of a text in which a space follows it, as it is written there.
  public static String leading(String text) {
    int end = text.startsWith("\"") ? endOfQuoted(text, 0) : text.indexOf(' ');
    return end < 0 ? text : text.substring(0, end);
  }

  /// Takes names with dots between them apart.
  ///
  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static List<String> parts(String text) {
    return written(text).stream().map(Identifiers::part).toList();
  }

  /// As [#parts], each name as it is written, in quotes or not; nothing is said of what stands
  /// without quotes.
  ///
  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static List<String> written(String text) {
    if (text.length() > CHARACTERS_MAX) {
      throw new IllegalArgumentException("it has more than " + CHARACTERS_MAX + " characters");
    }
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      int end =
          at < text.length() && text.charAt(at) == '"'
              ? endOfQuoted(text, at)
              : endOfPlain(text, at);
      parts.add(text.substring(at, end));
      if (end == text.length()) {
        return parts;
      }
      if (text.charAt(end) != '.') {
        throw new IllegalArgumentException("a dot is missing behind " + text.substring(at, end));
      }
      at = end + 1;
    }
  }

  /// The name that is meant by a written one.
  ///
  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static String part(String written) {
    if (written.startsWith("\"")) {
      String name = written.substring(1, written.length() - 1).replace("\"\"", "\"");
      if (name.isEmpty() || name.indexOf(0) >= 0) {
        throw new IllegalArgumentException("no name can be " + written);
      }
      return name;
    }
    if (!PLAIN.matcher(written).matches()) {
      throw new IllegalArgumentException(
          written.isEmpty()
              ? "a name is missing"
              : "write " + quoted(written) + ", with the quotes");
    }
    return written;
  }

  private static int endOfPlain(String text, int start) {
    int dot = text.indexOf('.', start);
    return dot < 0 ? text.length() : dot;
  }

  private static int endOfQuoted(String text, int start) {
    int at = start + 1;
    while (at < text.length()) {
      if (text.charAt(at) != '"') {
        at++;
      } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
        at += 2;
      } else {
        return at + 1;
      }
    }
    throw new IllegalArgumentException("a quotation mark is missing at the end");
  }
}
