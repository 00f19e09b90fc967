package io.holdfast.postgres.wire;

import java.io.IOException;

/// What the server answered instead of a result.
public final class ServerErrorException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;
  private final String serverMessage;
  private final String detail;
  private final String serverHint;

  public ServerErrorException(
      String sqlState, String serverMessage, String detail, String serverHint) {
    super(serverMessage + (detail.isEmpty() ? "" : " (" + detail + ")") + " [" + sqlState + "]");
    this.sqlState = sqlState;
    this.serverMessage = serverMessage;
    this.detail = detail;
    this.serverHint = serverHint;
  }

  /// The five characters of the condition.
  public String sqlState() {
    return sqlState;
  }

  public String serverMessage() {
    return serverMessage;
  }

  /// More about the error; may be empty.
  public String detail() {
    return detail;
  }

  /// What the server advises; may be empty.
  public String serverHint() {
    return serverHint;
  }
}
