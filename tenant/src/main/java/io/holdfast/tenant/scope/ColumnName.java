package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Comparator;
import java.util.List;

/// A column with its table: `public.accounts.slug`.
public record ColumnName(QualifiedName table, String column) implements Comparable<ColumnName> {
  private static final Comparator<ColumnName> ORDER =
      Comparator.comparing(ColumnName::table).thenComparing(ColumnName::column);

  /// Reads what [#text] writes.
  ///
  /// @throws IllegalArgumentException that says what is wrong, for a message
  public static ColumnName parse(String text) {
    List<String> parts = Identifiers.parts(text);
    if (parts.size() != 3) {
      throw new IllegalArgumentException("a column is named as schema.table.column");
    }
    return new ColumnName(new QualifiedName(parts.get(0), parts.get(1)), parts.get(2));
  }

  public String text() {
    return table.text() + "." + Identifiers.text(column);
  }

  @Override
  public int compareTo(ColumnName other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return text();
  }
}
