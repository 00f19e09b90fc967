package io.holdfast.postgres.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// No TLS connection as strict as `sslmode` wants it could be made.
final class TlsRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Who would not have it.
  enum Reason {
    /// The server does not speak TLS at all.
    NOT_OFFERED,
    /// The handshake failed: certificate, name, version of the protocol.
    NOT_TRUSTED
  }

  private final Reason reason;

  TlsRefusedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
