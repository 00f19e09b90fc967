package io.holdfast.tenant.restore;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// What a restore may do to the rows that the target has.
///
/// @param skipped tables that are left as they are
public record RestorePolicy(Existing existing, Extra extra, SortedSet<QualifiedName> skipped) {
  /// Rows that the target has with other values.
  public enum Existing {
    KEPT,
    OVERWRITTEN
  }

  /// Rows that only the target has.
  public enum Extra {
    KEPT,
    DELETED
  }

  /// The usual ones, by name.
  public enum Preset {
    /// What is missing comes back; nothing that is there changes.
    CREATE_MISSING(Existing.KEPT, Extra.KEPT),
    /// Rows of the backup are as they were; later ones stay.
    OVERWRITE(Existing.OVERWRITTEN, Extra.KEPT),
    /// Everything is as it was; later rows go.
    MIRROR(Existing.OVERWRITTEN, Extra.DELETED);

    private final Existing existing;
    private final Extra extra;

    Preset(Existing existing, Extra extra) {
      this.existing = existing;
      this.extra = extra;
    }

    /// As it stands in commands.
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public RestorePolicy without(Set<QualifiedName> skipped) {
      return new RestorePolicy(existing, extra, new TreeSet<>(skipped));
    }
  }

  public RestorePolicy {
    skipped = Collections.unmodifiableSortedSet(new TreeSet<>(skipped));
  }

  /// For the plan's digest: all of it, always in the same form.
  String text() {
    return existing + " " + extra + " " + skipped;
  }
}
