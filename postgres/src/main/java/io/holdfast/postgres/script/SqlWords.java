package io.holdfast.postgres.script;

import java.util.Locale;

/// Names and words of a statement, one after the other. *Confined.*
final class SqlWords {
  private static final int SHOWN_MAX = 60;

  private final String text;
  private int at;

  SqlWords(String text) {
    this.text = text;
  }

  String rest() {
    return text.substring(at);
  }

  boolean isAtEnd() {
    skipBlank();
    return at == text.length();
  }

  private void skipBlank() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /// Takes a sign if it comes next.
  boolean takes(char sign) {
    skipBlank();
    if (at < text.length() && text.charAt(at) == sign) {
      at++;
      return true;
    }
    return false;
  }

  void require(char sign) throws ScriptException {
    if (!takes(sign)) {
      throw unexpected("'" + sign + "'");
    }
  }

  /// Takes a word if it comes next, in small letters or large ones.
  boolean takesWord(String word) {
    skipBlank();
    int end = at + word.length();
    boolean is =
        text.regionMatches(true, at, word, 0, word.length())
            && (end == text.length() || !isPart(text.charAt(end)));
    at = is ? end : at;
    return is;
  }

  void requireWord(String word) throws ScriptException {
    if (!takesWord(word)) {
      throw unexpected(word.toUpperCase(Locale.ROOT));
    }
  }

  /// A name, as the catalog has it.
  String name() throws ScriptException {
    skipBlank();
    if (at < text.length() && text.charAt(at) == '"') {
      return quoted();
    }
    int from = at;
    while (at < text.length() && isPart(text.charAt(at))) {
      at++;
    }
    if (from == at || Character.isDigit(text.charAt(from))) {
      at = from;
      throw unexpected("a name");
    }
    return lower(text.substring(from, at));
  }

  private String quoted() throws ScriptException {
    StringBuilder name = new StringBuilder();
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '"') {
        name.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
        name.append(c);
        i++;
      } else {
        at = i + 1;
        return name.toString();
      }
    }
    throw unexpected("a name");
  }

  /// Only ASCII letters: what the server does in UTF-8.
  private static String lower(String name) {
    StringBuilder lower = new StringBuilder(name);
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        lower.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return lower.toString();
  }

  private static boolean isPart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '$'
        || c >= 128;
  }

  /// What stands until a comma or the end of what is in parentheses, outside of quotation and inner
  /// parentheses.
  String item() {
    int from = at;
    int depth = 0;
    char quote = 0;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '(' || c == '[') {
        depth++;
      } else if ((c == ')' || c == ']') && depth > 0) {
        depth--;
      } else if (depth == 0 && (c == ',' || c == ')')) {
        break;
      }
    }
    return text.substring(from, at);
  }

  private ScriptException unexpected(String wanted) {
    int end = Math.min(text.length(), SHOWN_MAX);
    return new ScriptException(
        "a statement has no " + wanted + " where it should: " + text.substring(0, end).strip());
  }
}
