package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalEnd;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/// Looks at a whole segment before anything of it is stored: is it what its name says, and has the
/// server finished it? A segment that is still being written would leave a hole that nothing can
/// close later, because what is stored is never changed.
final class SegmentSoundness {
  private final Path file;
  private final Lsn start;
  private final WalIndexer indexer;
  private Optional<WalEnd> damage = Optional.empty();

  SegmentSoundness(Path file, WalFormat format, Lsn start) {
    this.file = file;
    this.start = start;
    this.indexer = WalIndexer.anywhere(format, start);
  }

  /// Takes the next bytes.
  void accept(ByteBuffer bytes) {
    indexer.accept(bytes);
    Optional<WalEnd> found = indexer.cut(Optional.empty()).damage();
    damage = damage.or(() -> found);
  }

  /// Where the segment cannot be read although the server has finished it; such a segment is stored
  /// all the same, so that the server goes on.
  ///
  /// @throws BackupException `WAL_CORRUPT` if it is another segment, or not finished
  Optional<WalEnd> judge() {
    if (damage.isEmpty()) {
      return damage;
    }
    WalEnd end = damage.get();
    boolean atFirstPage = end.at().equals(start);
    switch (end.reason()) {
      case PAGE_ADDRESS, PAGE_TIMELINE, PAGE_MAGIC, PAGE_FLAGS, SYSTEM_ID, SEGMENT_SIZE -> {
        if (atFirstPage) {
          throw new BackupException(
              ErrorCode.WAL_CORRUPT,
              file + " does not begin as a segment of that name does (" + word(end) + ")",
              "Nothing was stored. Was the file renamed, or prepared for later use? Give the name"
                  + " that the server gave it.");
        }
        throw unfinished(end);
      }
      case ZERO_LENGTH -> throw unfinished(end);
      case CONTINUATION, RECORD_LENGTH, RESOURCE_MANAGER, PREVIOUS, CHECKSUM, LAYOUT -> {}
    }
    return damage;
  }

  private BackupException unfinished(WalEnd end) {
    return new BackupException(
        ErrorCode.WAL_CORRUPT,
        file + " is not finished: its WAL ends at " + end.at() + " (" + word(end) + ")",
        "Nothing was stored. Push segments that the server has finished, as archive_command does;"
            + " 'holdfast wal stream' also stores what is being written.");
  }

  private static String word(WalEnd end) {
    return end.reason().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
