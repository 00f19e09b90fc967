package io.holdfast.tenant.scope;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Writes texts as YAML of one line: without quotes where that cannot be misread.
final class YamlText {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_.$/]*(?:[ -][A-Za-z0-9_.$/]+)*");
  private static final Set<String> MEANS_ELSE =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private YamlText() {}

  static String of(String text) {
    if (PLAIN.matcher(text).matches() && !MEANS_ELSE.contains(text.toLowerCase(Locale.ROOT))) {
      return text;
    }
    boolean simple = text.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    return simple && (text.indexOf('"') >= 0 || text.indexOf('\\') >= 0)
        ? "'" + text.replace("'", "''") + "'"
        : escaped(text);
  }

  static String list(List<String> texts) {
    return texts.stream().map(YamlText::of).collect(Collectors.joining(", ", "[", "]"));
  }

  /// A comment cannot hold line ends.
  static String comment(String text) {
    return "# " + io.holdfast.base.Quoted.printable(text);
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        default -> {
          if ((c >= 0x20 && c < 0x7f) || (c >= 0xa1 && Character.isLetterOrDigit(c))) {
            out.append(c);
          } else {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
