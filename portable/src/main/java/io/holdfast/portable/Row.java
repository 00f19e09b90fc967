package io.holdfast.portable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The values of one row in the order of the columns: PostgreSQL's text form, or null.
public record Row(List<@Nullable String> values) {
  // Not the short form: it loses the annotation in the class file.
  public Row(List<@Nullable String> values) {
    this.values = Collections.unmodifiableList(new ArrayList<>(values));
  }
}
