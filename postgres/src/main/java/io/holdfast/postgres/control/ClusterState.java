package io.holdfast.postgres.control;

/// What the cluster was doing when its control file was written, in the order of the numbers in the
/// file.
public enum ClusterState {
  STARTING_UP,
  SHUT_DOWN,
  SHUT_DOWN_IN_RECOVERY,
  SHUTTING_DOWN,
  IN_CRASH_RECOVERY,
  IN_ARCHIVE_RECOVERY,
  IN_PRODUCTION;

  /// True if all changes are in the files: no server runs and none has crashed.
  public boolean isCleanlyStopped() {
    return this == SHUT_DOWN || this == SHUT_DOWN_IN_RECOVERY;
  }
}
