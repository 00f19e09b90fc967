package io.holdfast.engine.files;

import java.nio.file.Path;
import java.util.List;

/// What to restore, and how.
///
/// @param to absolute
/// @param paths of the source; empty for all
public record FilesRestoreRequest(
    String backup, String source, Path to, List<String> paths, Existing existing, Owners owners) {
  /// What a target may hold.
  public enum Existing {
    /// Nothing.
    REFUSE,
    /// Anything; what differs from the backup is replaced. Size and time tell that content is the
    /// same.
    UPDATE,
    /// The same, but content is read and compared.
    UPDATE_BY_CONTENT
  }

  /// To whom files are given.
  public enum Owners {
    /// The user of the same name where this machine has one, else the same number.
    BY_NAME,
    BY_NUMBER
  }

  public FilesRestoreRequest {
    paths = List.copyOf(paths);
  }
}
