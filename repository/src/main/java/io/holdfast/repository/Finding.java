package io.holdfast.repository;

/// Something that checking found.
///
/// @param object the name of the object it is about
/// @param problem what is wrong, lower case, without a full stop
public record Finding(Kind kind, String object, String problem) {
  /// What sort of thing was found.
  public enum Kind {
    /// Bytes are not what was written.
    DAMAGED,
    /// Something that must be there is not.
    MISSING,
    /// Nothing in this format has such a name.
    STRAY,
    /// A pack that no index names: left by a session that did not end well. No harm.
    UNREFERENCED,
    /// It is damaged or missing, and nothing depends on it any more: a pack that was taken out of
    /// use, or a maintenance state below the newest one. No harm.
    RETIRED;

    /// Whether a backup may be affected.
    public boolean isDamage() {
      return this == DAMAGED || this == MISSING;
    }
  }

  static Finding of(CorruptRepositoryException e, String object) {
    Kind kind = e.code() == io.holdfast.base.ErrorCode.OBJECT_MISSING ? Kind.MISSING : Kind.DAMAGED;
    return new Finding(kind, object, e.text());
  }
}
