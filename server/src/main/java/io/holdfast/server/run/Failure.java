package io.holdfast.server.run;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;

/// Why a run failed, as its row keeps it.
///
/// @param code permanent, for example `HF-2001`
/// @param hint what to do, or empty
public record Failure(String code, String message, String hint, Chance again) {
  /// Whether trying again can help.
  public enum Chance {
    MAY_HELP,
    POINTLESS
  }

  public static Failure of(BackupException failure) {
    Chance again =
        failure.code().kind() == ErrorKind.UNAVAILABLE ? Chance.MAY_HELP : Chance.POINTLESS;
    return new Failure(failure.code().label(), failure.text(), failure.hint(), again);
  }

  /// Our own bug, whose details stand in the server's log.
  public static Failure bug(Throwable bug) {
    return new Failure(
        ErrorCode.BUG.label(),
        "Holdfast made a mistake: " + bug.getClass().getSimpleName(),
        "The server's log has the details; please report them.",
        Chance.POINTLESS);
  }

  /// The node that held the run was not heard of for a whole lease.
  static Failure abandoned(String node) {
    return new Failure(
        ErrorCode.RUN_ABANDONED.label(),
        "the server " + node + " went away while it worked on this",
        "Nothing was damaged: what it had not published does not count. It is tried again if tries"
            + " are left.",
        Chance.MAY_HELP);
  }
}
