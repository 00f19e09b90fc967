package io.holdfast.tenant.scope;

import java.util.List;

/// A table that owned rows point to and that a restore never writes.
///
/// @param match the columns by which a row is found again elsewhere
/// @param missing what to do where it is not found
public record Referenced(List<String> match, Missing missing) {
  /// What becomes of a row whose target does not exist.
  public enum Missing {
    FAIL("fail"),
    NULL("null"),
    MAP_TO_OPERATOR("map-to-operator"),
    CREATE("create");

    private final String word;

    Missing(String word) {
      this.word = word;
    }

    /// As the map says it.
    public String word() {
      return word;
    }
  }

  public Referenced {
    match = List.copyOf(match);
  }
}
