package io.holdfast.postgres.client;

import java.util.Locale;

/// A client program that dumps and restores need.
public enum ClientProgram {
  PG_DUMP,
  PG_DUMPALL,
  PG_RESTORE;

  /// Its name in a directory of programs.
  public String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
