package io.holdfast.files.restoring;

import io.holdfast.files.ExtendedAttribute;
import io.holdfast.files.posix.FileStatus.Timestamp;
import java.util.List;

/// The metadata that an entry shall have.
///
/// @param uid owner, already chosen for this machine
public record Wanted(
    int mode, int uid, int gid, Timestamp modified, List<ExtendedAttribute> extendedAttributes) {
  public Wanted {
    extendedAttributes = List.copyOf(extendedAttributes);
  }
}
