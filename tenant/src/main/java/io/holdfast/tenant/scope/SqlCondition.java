package io.holdfast.tenant.scope;

/// A condition of SQL over the columns of one table, as a person wrote it into the map. It cannot
/// end before its end: brackets and quotes are closed in it, and it has no comments, semicolons,
/// dollar signs, question marks or backslashes.
public record SqlCondition(String text) {
  private static final int CHARACTERS_MAX = 4_000;
  private static final String REFUSED = ";$?\\\0";

  /// @throws IllegalArgumentException that says what is wrong, for a message
  public SqlCondition {
    if (text.isBlank()) {
      throw new IllegalArgumentException("it is empty");
    }
    if (text.length() > CHARACTERS_MAX) {
      throw new IllegalArgumentException("it has more than " + CHARACTERS_MAX + " characters");
    }
    requireClosed(text);
  }

  private static void requireClosed(String text) {
    int depth = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (REFUSED.indexOf(c) >= 0) {
        throw new IllegalArgumentException("it may not contain " + (c == 0 ? "NUL" : c));
      }
      if (text.startsWith("--", at) || text.startsWith("/*", at)) {
        throw new IllegalArgumentException("it may not contain comments");
      }
      if (c == '\'' || c == '"') {
        at = endOfQuoted(text, at, c);
        continue;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0) {
        throw new IllegalArgumentException("a bracket is closed that was not opened");
      }
      at++;
    }
    if (depth > 0) {
      throw new IllegalArgumentException("a bracket is not closed");
    }
  }

  /// A doubled quotation mark ends one text and begins another, which is the same to us.
  private static int endOfQuoted(String text, int start, char mark) {
    int end = text.indexOf(mark, start + 1);
    if (end < 0) {
      throw new IllegalArgumentException("a quotation mark is not closed");
    }
    for (int i = start; i < end; i++) {
      if (text.charAt(i) == '\\' || text.charAt(i) == 0) {
        throw new IllegalArgumentException("it may not contain backslashes or NUL");
      }
    }
    return end + 1;
  }
}
