package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.List;

/// What a backup has of rows of others that the tenant's rows point to: the columns that are
/// pointed to, then those of the natural key.
///
/// @param match how many of the last columns are the natural key
public record BackedUpReference(QualifiedName name, List<String> columns, int match) {
  public BackedUpReference {
    columns = List.copyOf(columns);
    if (match < 1 || match >= columns.size()) {
      throw new IllegalArgumentException(match + " of " + columns + " cannot be the natural key");
    }
  }

  List<String> pointed() {
    return columns.subList(0, columns.size() - match);
  }

  List<String> natural() {
    return columns.subList(columns.size() - match, columns.size());
  }
}
