package io.holdfast.examples.legal;

import java.util.List;

/// Text as people write it: other scripts, quotes, line breaks, backslashes, things that look like
/// SQL or like the end of a COPY.
final class Words {
  private static final List<String> PLAIN =
      List.of(
          "agreement",
          "witness",
          "clause",
          "the",
          "of",
          "party",
          "delivery",
          "hearing",
          "appeal",
          "and",
          "to",
          "evidence",
          "invoice",
          "breach",
          "notice",
          "counsel",
          "exhibit",
          "was",
          "signed",
          "before",
          "after",
          "contract",
          "deadline",
          "settlement",
          "court",
          "in",
          "a",
          "motion",
          "damages",
          "liability",
          "we",
          "agreed",
          "that",
          "transfer",
          "license",
          "lease");
  private static final List<String> ODD =
      List.of(
          "§ 823",
          "O'Neill",
          "\"quoted\"",
          "naïve",
          "Größe",
          "契約",
          "договор",
          "حكم",
          "👩‍⚖️",
          "a\\b",
          "\\N",
          "\\.",
          "tab\there",
          "line\nbreak",
          "$1",
          "50%",
          "'; --",
          "{}",
          "<b>");
  private static final List<String> FIRST =
      List.of(
          "Ada", "Bruno", "Chidi", "Dolores", "Émile", "Fatima", "Grace", "Håkon", "Ines", "José",
          "Katya", "Łukasz", "Mei", "Noor", "Olga", "Priya");
  private static final List<String> LAST =
      List.of(
          "Abara",
          "Brontë",
          "Castillo",
          "D'Amico",
          "Ekström",
          "Fischer",
          "García",
          "Huang",
          "Ivanova",
          "Jansen",
          "Kowalski",
          "Lindqvist",
          "Müller",
          "Nakamura",
          "O'Neill",
          "Petrov");

  private Words() {}

  static String name(Chance chance) {
    return chance.pick(FIRST) + " " + chance.pick(LAST);
  }

  static String company(Chance chance) {
    return chance.pick(LAST) + " & " + chance.pick(LAST) + chance.pick(List.of(" LLP", " AG", ""));
  }

  /// A few words without line breaks.
  static String title(Chance chance) {
    return chance.pick(LAST) + " v. " + chance.pick(LAST) + ": " + chance.pick(PLAIN);
  }

  /// @param words at most this many, at least a third of them
  static String sentence(Chance chance, int words) {
    int count = chance.between(Math.max(1, words / 3), words);
    StringBuilder text = new StringBuilder(count * 8);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.append(' ');
      }
      text.append(chance.pick(chance.onceIn(20) ? ODD : PLAIN));
    }
    return text.toString();
  }

  /// As a JSON string with its quotes.
  static String json(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
