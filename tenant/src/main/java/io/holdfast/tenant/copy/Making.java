package io.holdfast.tenant.copy;

/// How the values of a copy are made.
public sealed interface Making {
  /// The id of the tenant itself: somebody gives the new one.
  record Root() implements Making {}

  /// A UUID that follows from the operation and the old value, so that doing it again gives the
  /// same.
  record DerivedUuid() implements Making {}

  /// The same in a column of text; only UUIDs can be made anew like this.
  record DerivedText() implements Making {}

  /// What the database gives the next row.
  ///
  /// @param sql an expression with a value of its own for each row
  record Drawn(String sql) implements Making {}

  /// The numbers behind the largest one that is there.
  record NextNumber() implements Making {}

  /// The old text with something behind it that belongs to the operation.
  record Suffixed() implements Making {}

  /// What an expression of the map gives.
  record Computed(String sql) implements Making {}

  /// A name of a file: the tenant's id in its path becomes the new one, where it is long enough to
  /// be nothing else; without that, the file lies in a directory of the operation.
  record FileName() implements Making {}

  /// Whether doing it again without knowing what was made gives other values.
  default boolean isFleeting() {
    return switch (this) {
      case Root _, DerivedUuid _, DerivedText _, Suffixed _, FileName _ -> false;
      case Drawn _, NextNumber _, Computed _ -> true;
    };
  }
}
