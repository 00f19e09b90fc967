package io.holdfast.cli;

import java.util.regex.Pattern;

/// Passwords inside text that a person typed, such as a database URL at the wrong place.
final class Passwords {
  private static final int CHARACTERS_MAX = 32_000;

  /// In a URL between the user's name and the last `@` of the word, or as a parameter, in quotes or
  /// up to the next blank or `&`. A quote may be part of it. Or the `sig=` of a shared access
  /// signature.
  private static final Pattern PASSWORD =
      Pattern.compile(
          "((?i)\\b[a-z][a-z0-9+.-]*://[^\\s:/@]*:)[^\\s]+(?=@)"
              + "|((?i)\\b(?:ssl)?password\\s*=\\s*)(?:'[^']*'|\"[^\"]*\"|[^\\s&]+)"
              + "|((?i)\\bsig\\s*=\\s*)[^\\s&;'\"]+");

  private Passwords() {}

  /// `text` with `***` in place of passwords; only its first 32,000 characters.
  static String hidden(String text) {
    return PASSWORD.matcher(limited(text)).replaceAll("$1$2$3***");
  }

  static boolean in(String text) {
    return PASSWORD.matcher(limited(text)).find();
  }

  private static String limited(String text) {
    return text.substring(0, Math.min(text.length(), CHARACTERS_MAX));
  }
}
