package io.holdfast.postgres.script;

import java.io.IOException;

/// A script is not what `pg_dump` writes; the message says what is wrong, and in which line.
public final class ScriptException extends IOException {
  private static final long serialVersionUID = 1L;

  ScriptException(String message) {
    super(message);
  }
}
