package io.holdfast.engine.wal;

import io.holdfast.base.ByteSize;
import java.util.Optional;
import java.util.OptionalLong;

/// How much WAL a slot makes the server keep, and how much room there is for more.
///
/// @param walStatus as the server calls it: `reserved`, `extended`, `unreserved`, `lost`
/// @param bytes WAL that the slot holds back
/// @param segmentBytes size of a WAL file
/// @param limitBytes `max_slot_wal_keep_size`, empty if unlimited
/// @param safeBytes how much WAL the server can still write before it gives the slot up, empty if
///   unlimited
/// @param freeBytes free space of the file system that holds the server's WAL, empty if nobody here
///   can know
record HeldWal(
    String walStatus,
    long bytes,
    long segmentBytes,
    OptionalLong limitBytes,
    OptionalLong safeBytes,
    OptionalLong freeBytes) {
  /// A part of the room: one tenth of it must be left.
  private static final int TENTH = 10;

  /// With less than this the slot is not what fills the disk.
  private static final int SEGMENTS_MIN = 4;

  /// What follows from it.
  sealed interface Verdict {
    record Fine() implements Verdict {}

    /// More than half of the room is used.
    record Watch(String why) implements Verdict {}

    /// Less than a tenth of the room is left.
    record NearlyFull(String why) implements Verdict {}

    /// The server has given the slot up already.
    record Lost() implements Verdict {}
  }

  Verdict judge() {
    if (walStatus.equals("lost")) {
      return new Verdict.Lost();
    }
    Optional<String> limit = limitLeft(TENTH);
    if (limit.isPresent()) {
      return new Verdict.NearlyFull(limit.get());
    }
    Optional<String> disk = diskLeft(TENTH);
    if (disk.isPresent()) {
      return new Verdict.NearlyFull(disk.get());
    }
    return limitLeft(2)
        .or(() -> diskLeft(2))
        .<Verdict>map(Verdict.Watch::new)
        .orElseGet(Verdict.Fine::new);
  }

  /// Says so if at most one part of so many is left of `max_slot_wal_keep_size`.
  private Optional<String> limitLeft(int parts) {
    if (limitBytes.isEmpty() || safeBytes.isEmpty()) {
      return Optional.empty();
    }
    boolean little = safeBytes.getAsLong() <= limitBytes.getAsLong() / parts;
    return little
        ? Optional.of(
            "it holds back "
                + new ByteSize(bytes)
                + " of WAL, and of max_slot_wal_keep_size = "
                + new ByteSize(limitBytes.getAsLong())
                + " only "
                + new ByteSize(Math.max(0, safeBytes.getAsLong()))
                + " are left")
        : Optional.empty();
  }

  /// As [#limitLeft], for the room that WAL and free space make up on the server's disk.
  private Optional<String> diskLeft(int parts) {
    if (freeBytes.isEmpty() || bytes < SEGMENTS_MIN * segmentBytes) {
      return Optional.empty();
    }
    long free = freeBytes.getAsLong();
    return free <= (bytes + free) / parts
        ? Optional.of(
            "it holds back "
                + new ByteSize(bytes)
                + " of WAL, and only "
                + new ByteSize(free)
                + " are free on the server's disk")
        : Optional.empty();
  }
}
