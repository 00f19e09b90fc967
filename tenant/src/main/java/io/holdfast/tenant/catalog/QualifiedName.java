package io.holdfast.tenant.catalog;

import java.util.Comparator;
import java.util.List;

/// The name of a table with its schema. Ordered by schema, then name.
public record QualifiedName(String schema, String name) implements Comparable<QualifiedName> {
  private static final Comparator<QualifiedName> ORDER =
      Comparator.comparing(QualifiedName::schema).thenComparing(QualifiedName::name);

  public QualifiedName {
    if (schema.isEmpty() || name.isEmpty()) {
      throw new IllegalArgumentException("schema and name must not be empty");
    }
  }

  /// Reads what [#text] writes.
  ///
  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static QualifiedName parse(String text) {
    List<String> parts = Identifiers.parts(text);
    if (parts.size() != 2) {
      throw new IllegalArgumentException("a table is named as schema.table");
    }
    return new QualifiedName(parts.get(0), parts.get(1));
  }

  /// As it stands in scope maps and messages: `public.matters`, `public."User"`.
  public String text() {
    return Identifiers.text(schema) + "." + Identifiers.text(name);
  }

  /// As it stands in SQL, always in quotes.
  public String sql() {
    return Identifiers.quoted(schema) + "." + Identifiers.quoted(name);
  }

  @Override
  public int compareTo(QualifiedName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return text();
  }
}
