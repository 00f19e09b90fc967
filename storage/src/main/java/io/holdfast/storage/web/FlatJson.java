package io.holdfast.storage.web;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Texts and numbers of a JSON object by their names, for the few short documents of identity
/// services and key files, whose names are unique. It does not prove that the document is JSON.
public final class FlatJson {
  private static final int LENGTH_MAX = 64 << 10;

  private final String document;

  private FlatJson(String document) {
    this.document = document;
  }

  /// Empty if it is no object or too long.
  public static Optional<FlatJson> of(String document) {
    String stripped = document.strip();
    return stripped.length() <= LENGTH_MAX && stripped.startsWith("{") && stripped.endsWith("}")
        ? Optional.of(new FlatJson(stripped))
        : Optional.empty();
  }

  /// The text of that name; empty if there is none.
  public String text(String name) {
    Matcher matcher =
        Pattern.compile(
                "[{,]\\s*\"" + Pattern.quote(name) + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"")
            .matcher(document);
    return matcher.find() ? unescaped(matcher.group(1)) : "";
  }

  /// The whole number of that name, which some services write as a text; -1 if there is none.
  public long number(String name) {
    Matcher matcher =
        Pattern.compile("[{,]\\s*\"" + Pattern.quote(name) + "\"\\s*:\\s*\"?(\\d{1,15})\"?\\s*[,}]")
            .matcher(document);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
  }

  private static String unescaped(String raw) {
    var text = new StringBuilder();
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escape = raw.charAt(++i);
      switch (escape) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'u' -> {
          String hex = raw.substring(i + 1, Math.min(raw.length(), i + 5));
          if (!hex.matches("[0-9a-fA-F]{4}")) {
            return "";
          }
          text.append((char) Integer.parseInt(hex, 16));
          i += 4;
        }
        default -> text.append(escape);
      }
    }
    return text.toString();
  }
}
