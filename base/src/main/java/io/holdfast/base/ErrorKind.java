package io.holdfast.base;

/// The family of an error. It decides the exit status of the command line and whether trying again
/// can help.
public enum ErrorKind {
  /// Wrong input, configuration or key. Numbers 1000 to 1999.
  USER(2),
  /// Network, store, server or space. Numbers 2000 to 2999. Trying again may help.
  UNAVAILABLE(3),
  /// Stored or received bytes are wrong. Numbers 3000 to 3999. Never tried again by itself.
  CORRUPTION(4),
  /// A write may or may not have happened. Numbers 4000 to 4999.
  UNKNOWN_OUTCOME(5),
  /// Part of the work was done. Numbers 6000 to 6999.
  PARTIAL(6),
  /// Stopped by the user or by a signal. Numbers 7000 to 7999.
  INTERRUPTED(130),
  /// Our own bug. Numbers 9000 to 9999.
  INTERNAL(1);

  private final int exitStatus;

  ErrorKind(int exitStatus) {
    this.exitStatus = exitStatus;
  }

  /// The exit status of a process that ends with an error of this kind.
  public int exitStatus() {
    return exitStatus;
  }
}
