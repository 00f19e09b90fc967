package io.holdfast.postgres.wire;

import java.io.IOException;

/// The server, or something between us, sent what the protocol does not allow.
final class WireViolationException extends IOException {
  private static final long serialVersionUID = 1L;

  WireViolationException(String what) {
    super(what);
  }
}
