package io.holdfast.files.restoring;

import java.io.IOException;

/// An entry cannot be written because of what lies in its place. The others can.
public final class BlockedEntryException extends IOException {
  private static final long serialVersionUID = 1L;

  BlockedEntryException(String message) {
    super(message);
  }
}
