package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// A row that is to be gone for good, with everything that goes with it: what belongs to the tenant
/// because of it, and what the database would delete along with it.
///
/// @param key the columns that tell rows of the table apart, each with its value as the server
///   writes it
public record ErasedRow(QualifiedName table, SortedMap<String, String> key) {
  public ErasedRow {
    key = Collections.unmodifiableSortedMap(new TreeMap<>(key));
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a row of " + table + " is named by its key");
    }
  }

  @Override
  public String toString() {
    return table + " " + key;
  }
}
