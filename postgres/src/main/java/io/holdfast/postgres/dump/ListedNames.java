package io.holdfast.postgres.dump;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Names as the list of an archive writes them: in the encoding of the database, read here as ISO
/// 8859-1, with blanks for line ends, and without quotes.
final class ListedNames {
  /// PostgreSQL counts what the standard numbers with gaps.
  private static final Map<String, Charset> LATIN =
      Map.of(
          "LATIN2", Charset.forName("ISO-8859-2"),
          "LATIN5", Charset.forName("ISO-8859-9"),
          "LATIN7", Charset.forName("ISO-8859-13"),
          "LATIN9", Charset.forName("ISO-8859-15"));

  private final Charset charset;

  /// @param encoding of the archive, as PostgreSQL calls it
  ListedNames(String encoding) {
    this.charset = charset(encoding);
  }

  Set<String> of(Set<String> names) {
    Set<String> listed = new HashSet<>();
    names.forEach(name -> listed.add(of(name)));
    return listed;
  }

  String of(String name) {
    String plain = name.replace('\n', ' ').replace('\r', ' ');
    return new String(plain.getBytes(charset), StandardCharsets.ISO_8859_1);
  }

  /// What the list wrote, for messages.
  String shown(String listed) {
    return new String(listed.getBytes(StandardCharsets.ISO_8859_1), charset);
  }

  /// The longest of some names with which a text begins, up to a blank: names and what follows them
  /// may have blanks in them.
  static Optional<String> beginning(String text, Set<String> names) {
    for (int end = text.lastIndexOf(' '); end > 0; end = text.lastIndexOf(' ', end - 1)) {
      String name = text.substring(0, end);
      if (names.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  private static Charset charset(String encoding) {
    if (encoding.startsWith("LATIN")) {
      return LATIN.getOrDefault(encoding, StandardCharsets.ISO_8859_1);
    }
    String name = encoding.startsWith("WIN") ? "windows-" + encoding.substring(3) : encoding;
    try {
      return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    } catch (IllegalCharsetNameException _) {
      return StandardCharsets.UTF_8;
    }
  }
}
