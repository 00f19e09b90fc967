package io.holdfast.postgres.wire;

import java.io.IOException;

/// What the server answered instead of a result.
public final class ServerErrorException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final String serverMessage;

  ServerErrorException(String sqlState, String serverMessage, String detail) {
    super(serverMessage + (detail.isEmpty() ? "" : " (" + detail + ")") + " [" + sqlState + "]");
    this.sqlState = sqlState;
    this.serverMessage = serverMessage;
  }

  /// The five characters of the condition.
  public String sqlState() {
    return sqlState;
  }

  public String serverMessage() {
    return serverMessage;
  }
}
