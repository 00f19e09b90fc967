package io.holdfast.engine.dump;

import io.holdfast.base.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What to restore, where, and how.
///
/// @param target the database to restore into
/// @param database which of the dump, where it has several
/// @param tables `schema.name` or `name`, with `*` and `?`; empty for everything
/// @param confirmed the name of the database that may be replaced
/// @param jobs how many sessions write at once
public record DumpRestoreRequest(
    String backup,
    String source,
    Secret target,
    Optional<String> database,
    List<String> tables,
    Content content,
    Filled filled,
    Owners owners,
    Globals globals,
    Placement placement,
    Optional<String> confirmed,
    Erasures erasures,
    int jobs) {
  public DumpRestoreRequest {
    tables = List.copyOf(tables);
  }

  /// What of the dump.
  public enum Content {
    ALL,
    /// Rows, into tables that are there. Of a dump without definitions nothing else can be
    /// restored.
    DATA_ONLY
  }

  /// What happens with tables that have rows, where only rows are restored.
  public enum Filled {
    REFUSED,
    /// Rows are added to theirs.
    APPENDED
  }

  /// To whom objects belong.
  public enum Owners {
    /// To whom they belonged, with the privileges that were given.
    KEPT,
    /// To the role that restores, without privileges for others.
    NONE
  }

  /// Where the database comes from.
  public enum Placement {
    /// It is there.
    EXISTING,
    /// It is made, as the dump says.
    CREATED,
    /// It is made beside the one that is there and gets its name.
    REPLACED
  }

  /// What becomes of rows that were erased since the dump.
  public sealed interface Erasures {
    /// They are erased again.
    ///
    /// @param map a scope map that fits the dump; otherwise one that was written down is looked for
    record Applied(Optional<Path> map) implements Erasures {}

    /// They come back.
    record LeftOut() implements Erasures {}
  }

  /// Roles and tablespaces of the server.
  public enum Globals {
    LEFT_OUT,
    /// Those that are missing are made.
    RESTORED
  }
}
