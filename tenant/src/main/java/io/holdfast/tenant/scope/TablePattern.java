package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A table, or a pattern for several: `audit.*`, `public.tmp_*`. `*` stands for any characters of
/// one name; a name in quotes is taken as it is.
public final class TablePattern {
  private static final Pattern WITH_STARS = Pattern.compile("[a-z0-9_$*]+");

  private final String text;
  private final Optional<QualifiedName> exact;
  private final Pattern schema;
  private final Pattern name;

  private TablePattern(String text, Optional<QualifiedName> exact, String schema, String name) {
    this.text = text;
    this.exact = exact;
    this.schema = Pattern.compile(schema, Pattern.DOTALL);
    this.name = Pattern.compile(name, Pattern.DOTALL);
  }

  /// One table.
  public static TablePattern of(QualifiedName table) {
    return new TablePattern(table.text(), Optional.of(table), "", "");
  }

  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static TablePattern parse(String text) {
    List<String> parts = Identifiers.written(text);
    if (parts.size() != 2 || parts.stream().noneMatch(TablePattern::hasStars)) {
      return of(QualifiedName.parse(text));
    }
    return new TablePattern(
        text, Optional.empty(), regex(parts.getFirst()), regex(parts.getLast()));
  }

  private static boolean hasStars(String part) {
    return !part.startsWith("\"") && part.indexOf('*') >= 0;
  }

  private static String regex(String part) {
    if (!hasStars(part)) {
      return Pattern.quote(Identifiers.part(part));
    }
    if (!WITH_STARS.matcher(part).matches()) {
      throw new IllegalArgumentException(
          "a name with * has only lower case letters, digits, _ and $ besides");
    }
    return part.chars()
        .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
        .collect(Collectors.joining());
  }

  public boolean matches(QualifiedName table) {
    return exact.isPresent()
        ? exact.get().equals(table)
        : schema.matcher(table.schema()).matches() && name.matcher(table.name()).matches();
  }

  /// The table, if it is only one.
  public Optional<QualifiedName> exact() {
    return exact;
  }

  /// As it stands in the map.
  public String text() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TablePattern that && that.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
