package io.holdfast.postgres.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of SQL, cut into its statements at semicolons outside of quotes, comments and
/// parentheses. Commands of psql and bodies that begin with `BEGIN ATOMIC` are not understood.
public record SqlScript(List<Statement> statements) {
  private static final Pattern DOLLAR_QUOTE =
      Pattern.compile("\\$([A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$");

  public SqlScript {
    statements = List.copyOf(statements);
  }

  /// One statement and the line on which it begins, counted from 1.
  public record Statement(int line, String text) {}

  public static SqlScript parse(String text) {
    List<Statement> statements = new ArrayList<>();
    int from = skipBlank(text, 0);
    int at = from;
    int depth = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ';' && depth == 0) {
        if (at > from) {
          statements.add(new Statement(line(text, from), text.substring(from, at)));
        }
        from = skipBlank(text, at + 1);
        at = from;
      } else {
        depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
        at = skipToken(text, at);
      }
    }
    if (from < text.length()) {
      statements.add(new Statement(line(text, from), text.substring(from)));
    }
    return new SqlScript(statements);
  }

  /// The position after blanks and comments.
  private static int skipBlank(String text, int at) {
    int next = at;
    while (next < text.length()) {
      if (Character.isWhitespace(text.charAt(next))) {
        next++;
      } else if (isComment(text, next)) {
        next = skipToken(text, next);
      } else {
        return next;
      }
    }
    return next;
  }

  private static boolean isComment(String text, int at) {
    return text.startsWith("--", at) || text.startsWith("/*", at);
  }

  /// The position after the quoted thing, comment or single character at `at`.
  private static int skipToken(String text, int at) {
    char c = text.charAt(at);
    if (c == '\'') {
      boolean escapes = at > 0 && "eE".indexOf(text.charAt(at - 1)) >= 0 && !isWord(text, at - 2);
      return skipQuoted(text, at, escapes ? Escapes.BACKSLASH : Escapes.NONE);
    }
    if (c == '"') {
      return skipQuoted(text, at, Escapes.NONE);
    }
    if (text.startsWith("--", at)) {
      int end = text.indexOf('\n', at);
      return end < 0 ? text.length() : end + 1;
    }
    if (text.startsWith("/*", at)) {
      return skipBlockComment(text, at);
    }
    if (c == '$' && !isWord(text, at - 1)) {
      Matcher quote = DOLLAR_QUOTE.matcher(text).region(at, text.length());
      if (quote.lookingAt()) {
        int end = text.indexOf(quote.group(), quote.end());
        return end < 0 ? text.length() : end + quote.group().length();
      }
    }
    return at + 1;
  }

  private enum Escapes {
    NONE,
    BACKSLASH
  }

  private static int skipQuoted(String text, int at, Escapes escapes) {
    char quote = text.charAt(at);
    int next = at + 1;
    while (next < text.length()) {
      char c = text.charAt(next);
      if (c == '\\' && escapes == Escapes.BACKSLASH) {
        next += 2;
      } else if (c == quote) {
        return next + 1;
      } else {
        next++;
      }
    }
    return text.length();
  }

  private static int skipBlockComment(String text, int at) {
    int depth = 0;
    int next = at;
    while (next < text.length()) {
      if (text.startsWith("/*", next)) {
        depth++;
        next += 2;
      } else if (text.startsWith("*/", next)) {
        depth--;
        next += 2;
        if (depth == 0) {
          return next;
        }
      } else {
        next++;
      }
    }
    return text.length();
  }

  private static boolean isWord(String text, int at) {
    return at >= 0 && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_');
  }

  private static int line(String text, int at) {
    return 1 + (int) text.substring(0, at).chars().filter(c -> c == '\n').count();
  }
}
