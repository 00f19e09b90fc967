package io.holdfast.postgres.control;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.page.Checksums;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/// What a cluster's control file says.
///
/// @param systemIdentifier an unsigned number; see [#systemIdentifierText]
/// @param pageSize bytes in a page of a relation
/// @param blocksPerSegment pages in one file of a relation, after which the next file begins
/// @param walPageSize bytes in a page of WAL
/// @param walSegmentSize bytes in a WAL file
public record ControlFile(
    long systemIdentifier,
    int controlVersion,
    int catalogVersion,
    ClusterState state,
    Instant modified,
    Checkpoint checkpoint,
    BackupPoints backupPoints,
    WalLevel walLevel,
    HintBitLogging hintBitLogging,
    CommitTimestamps commitTimestamps,
    SharedSizes sharedSizes,
    int pageSize,
    int blocksPerSegment,
    int walPageSize,
    int walSegmentSize,
    Checksums checksums) {
  /// Where the file lies within a data directory.
  public static final String PATH = "global/pg_control";

  /// Size of the file, of any version.
  public static final int FILE_BYTES = 8192;

  /// Reads the control file of a data directory.
  ///
  /// @throws BackupException `CONTROL_FILE_UNREADABLE` if it is damaged,
  ///   `SERVER_VERSION_UNSUPPORTED` if its layout is not known
  public static ControlFile read(Path dataDirectory) throws IOException {
    try (InputStream in = Files.newInputStream(dataDirectory.resolve(PATH))) {
      return parse(in.readNBytes(FILE_BYTES + 1));
    }
  }

  /// Reads the bytes of a control file; see [#read] for the errors.
  public static ControlFile parse(byte[] file) {
    return ControlFileParser.parse(file);
  }

  /// The system identifier as PostgreSQL prints it.
  public String systemIdentifierText() {
    return Long.toUnsignedString(systemIdentifier);
  }

  /// The last checkpoint.
  ///
  /// @param lsn where its record lies
  /// @param redo where replay from it begins
  /// @param fullPageWrites whether whole pages were logged then
  public record Checkpoint(
      Lsn lsn,
      Lsn redo,
      int timeline,
      int previousTimeline,
      FullPageWrites fullPageWrites,
      Instant time) {}

  /// How far a server in recovery must get before it is consistent; positions are 0 where they do
  /// not apply.
  public record BackupPoints(
      Lsn minimumRecovery, int minimumRecoveryTimeline, Lsn start, Lsn end, EndRecord endRecord) {}

  /// Setting `full_page_writes`.
  public enum FullPageWrites {
    ON,
    OFF
  }

  /// Setting `wal_log_hints`.
  public enum HintBitLogging {
    ON,
    OFF
  }

  /// Setting `track_commit_timestamp`.
  public enum CommitTimestamps {
    ON,
    OFF
  }

  /// Whether recovery must see the record that ends a backup.
  public enum EndRecord {
    REQUIRED,
    NOT_REQUIRED
  }
}
