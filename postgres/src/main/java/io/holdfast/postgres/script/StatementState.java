package io.holdfast.postgres.script;

import java.util.Locale;

/// Follows one statement byte by byte and says where it ends: at a semicolon outside of quotation,
/// comment, parentheses and `BEGIN ATOMIC … END`. *Confined.*
final class StatementState {
  private static final int TAG_BYTES_MAX = 64;
  private static final int WORDS_KEPT = 64;

  /// What a backslash in a plain string means.
  enum Strings {
    STANDARD,
    BACKSLASHES
  }

  private enum In {
    TEXT,
    STRING,
    ESCAPES,
    IDENTIFIER,
    LINE_COMMENT,
    COMMENT,
    TAG,
    DOLLARS
  }

  private final Strings strings;
  private final StringBuilder word = new StringBuilder();
  private final StringBuilder tag = new StringBuilder();
  private final StringBuilder first = new StringBuilder();
  private In in = In.TEXT;
  private int words;
  private int parentheses;
  private int comments;
  private int begins;
  private int matched;
  private boolean passNext;

  StatementState(Strings strings) {
    this.strings = strings;
  }

  boolean isOutside() {
    return in == In.TEXT;
  }

  /// Takes a byte.
  ///
  /// @param next what follows, or -1
  /// @return whether the statement ends with it
  boolean take(byte c, int next) {
    if (passNext) {
      passNext = false;
      return false;
    }
    switch (in) {
      case TEXT -> {
        return text(c, next);
      }
      case STRING -> inQuotes(c, '\'', next);
      case IDENTIFIER -> inQuotes(c, '"', next);
      case ESCAPES -> {
        passNext = c == '\\';
        inQuotes(c, '\'', next);
      }
      case LINE_COMMENT -> in = c == '\n' ? In.TEXT : in;
      case COMMENT -> comment(c, next);
      case TAG -> tag(c);
      case DOLLARS -> dollars(c);
    }
    return false;
  }

  private boolean text(byte c, int next) {
    if (isWord(c) && !(c == '$' && word.isEmpty())) {
      if (word.length() < WORDS_KEPT) {
        word.append((char) (c & 0xff));
      }
      return false;
    }
    String before = word.toString();
    endWord();
    switch (c) {
      case '\'' -> {
        boolean escapes = before.equalsIgnoreCase("e") || strings == Strings.BACKSLASHES;
        in = escapes ? In.ESCAPES : In.STRING;
      }
      case '"' -> in = In.IDENTIFIER;
      case '(' -> parentheses++;
      case ')' -> parentheses = Math.max(0, parentheses - 1);
      case '-' -> in = next == '-' ? In.LINE_COMMENT : in;
      case '/' -> {
        if (next == '*') {
          comments = 0;
          comment(c, next);
        }
      }
      case '$' -> {
        if (next == '$' || isTagStart(next)) {
          tag.setLength(0);
          tag.append('$');
          in = In.TAG;
        }
      }
      case ';' -> {
        return parentheses == 0 && begins == 0;
      }
      default -> {}
    }
    return false;
  }

  /// As `psql`: bodies of functions may be written as statements.
  private void endWord() {
    if (word.isEmpty()) {
      return;
    }
    String lower = word.toString().toLowerCase(Locale.ROOT);
    word.setLength(0);
    words++;
    if (words <= 4) {
      first.append(lower).append(' ');
    }
    String head = first.toString();
    boolean makesRoutine =
        head.startsWith("create function ")
            || head.startsWith("create procedure ")
            || head.startsWith("create or replace function ")
            || head.startsWith("create or replace procedure ");
    if (makesRoutine && parentheses == 0) {
      switch (lower) {
        case "begin" -> begins++;
        case "case" -> begins += begins > 0 ? 1 : 0;
        case "end" -> begins -= begins > 0 ? 1 : 0;
        default -> {}
      }
    }
  }

  private void inQuotes(byte c, char quote, int next) {
    if (c == quote && next == quote) {
      passNext = true;
    } else if (c == quote) {
      in = In.TEXT;
    }
  }

  private void comment(byte c, int next) {
    if (c == '/' && next == '*') {
      comments++;
      passNext = true;
      in = In.COMMENT;
    } else if (c == '*' && next == '/') {
      comments--;
      passNext = true;
      in = comments == 0 ? In.TEXT : In.COMMENT;
    }
  }

  private void tag(byte c) {
    tag.append((char) (c & 0xff));
    if (c == '$') {
      matched = 0;
      in = In.DOLLARS;
    } else if (!isWord(c) || tag.length() > TAG_BYTES_MAX) {
      in = In.TEXT;
    }
  }

  private void dollars(byte c) {
    if ((c & 0xff) == tag.charAt(matched)) {
      matched++;
      if (matched == tag.length()) {
        in = In.TEXT;
      }
    } else {
      // A tag has no dollar inside, so another match can only begin here.
      matched = c == '$' ? 1 : 0;
    }
  }

  private static boolean isTagStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128;
  }

  private static boolean isWord(byte c) {
    return isTagStart(c & 0xff) || (c >= '0' && c <= '9') || c == '$';
  }
}
