package io.holdfast.repository;

/// Where a snapshot was committed: a session and the number of its slot.
public record SnapshotId(SessionId session, int slot) implements Comparable<SnapshotId> {
  @Override
  public int compareTo(SnapshotId other) {
    int bySession = session.compareTo(other.session);
    return bySession != 0 ? bySession : Integer.compare(slot, other.slot);
  }

  @Override
  public String toString() {
    return session + "." + slot;
  }
}
