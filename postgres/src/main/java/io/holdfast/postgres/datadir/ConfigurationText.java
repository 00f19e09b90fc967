package io.holdfast.postgres.datadir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The text of a configuration file as lines that keep what they were. A line that cannot be read
/// is kept as it is: the server complains about it better than we could.
public record ConfigurationText(List<Line> lines) {
  private static final Pattern SETTING =
      Pattern.compile(
          "\\s*([A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*(?:\\.[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*)*)"
              + "(?:\\s*=\\s*|\\s+|(?='))"
              + "('(?:[^'\\\\\\n]++|\\\\.|'')*+'|[^\\s#']+)"
              + "\\s*(?:#.*)?");

  public ConfigurationText {
    lines = List.copyOf(lines);
  }

  /// One line.
  ///
  /// @param name of the setting or directive, lower case; empty where the line sets nothing
  /// @param value without quotes and escapes
  public record Line(String text, String name, String value) {
    /// The line made a comment that says why.
    Line commentedOut(String why) {
      return comment("#" + text + "  # Holdfast: " + why);
    }
  }

  public static ConfigurationText parse(String text) {
    List<Line> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      lines.add(parseLine(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line));
    }
    if (lines.getLast().text().isEmpty()) {
      lines.removeLast();
    }
    return new ConfigurationText(lines);
  }

  /// The line that sets `name`.
  public static Line setting(String name, String value) {
    return new Line(name + " = " + quote(value), name, value);
  }

  static Line comment(String text) {
    return new Line(text, "", "");
  }

  /// A value in quotes, as configuration files want it.
  public static String quote(String value) {
    if (value.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      throw new IllegalArgumentException("a setting cannot hold a line break: '" + value + "'");
    }
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  /// Values by name; the last line wins, as with the server.
  public Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Line line : lines) {
      if (!line.name().isEmpty()) {
        values.put(line.name(), line.value());
      }
    }
    return values;
  }

  public String format() {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(line.text()).append('\n');
    }
    return text.toString();
  }

  private static Line parseLine(String text) {
    Matcher matcher = SETTING.matcher(text);
    if (!matcher.matches()) {
      return comment(text);
    }
    String value = matcher.group(2);
    return new Line(
        text,
        matcher.group(1).toLowerCase(Locale.ROOT),
        value.startsWith("'") ? unquote(value.substring(1, value.length() - 1)) : value);
  }

  private static String unquote(String quoted) {
    StringBuilder value = new StringBuilder(quoted.length());
    for (int at = 0; at < quoted.length(); at++) {
      char c = quoted.charAt(at);
      if (c == '\'') {
        at++;
        value.append(c);
      } else if (c == '\\') {
        at = unescape(quoted, at + 1, value);
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }

  /// Appends what the escape at `at` means; returns the position of its last character.
  private static int unescape(String quoted, int at, StringBuilder value) {
    char c = quoted.charAt(at);
    switch (c) {
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'n' -> value.append('\n');
      case 'r' -> value.append('\r');
      case 't' -> value.append('\t');
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int end = at;
        int octal = 0;
        while (end < quoted.length()
            && end < at + 3
            && Character.digit(quoted.charAt(end), 8) >= 0) {
          octal = octal * 8 + Character.digit(quoted.charAt(end), 8);
          end++;
        }
        value.append((char) (octal & 0xff));
        return end - 1;
      }
      default -> value.append(c);
    }
    return at;
  }
}
