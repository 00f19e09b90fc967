package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalFormat;
import io.holdfast.postgres.wal.WalIndexer;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.postgres.wal.WalVersion;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalCoverage;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/// Stores a WAL file that the server hands over. Success is said only when the file is durable in
/// the repository; the same file again is success, another one of the same name an error.
public final class WalPush {
  private static final int SMALL_FILE_BYTES_MAX = 1 << 20;
  private static final int SEGMENT_BYTES_MAX = 1 << 30;
  private static final int PIECE_BYTES = 16 << 20;

  private final EngineContext context;
  private final Repository repository;

  public WalPush(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Stores the file; the outcome is `stored` or `already there`.
  public String push(Settings settings, Path file) {
    return Failures.translate("push " + file, () -> pushNow(settings, file));
  }

  private String pushNow(Settings settings, Path file) throws IOException {
    context.cancellation().throwIfRequested();
    Path nameOnly = file.getFileName();
    String name = nameOnly == null ? "" : nameOnly.toString();
    WalFileName parsed =
        WalFileName.parse(name)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.BAD_ARGUMENT,
                        "'" + name + "' is not the name of a WAL file",
                        "Use archive_command = 'holdfast wal push %p'."));
    return switch (parsed) {
      case WalFileName.Segment(WalSegmentName segment) -> pushSegment(settings, segment, file);
      case WalFileName.Partial _, WalFileName.History _, WalFileName.BackupHistory _ ->
          pushSmall(settings, name, file);
    };
  }

  private String pushSegment(Settings settings, WalSegmentName name, Path file) throws IOException {
    long length = Files.size(file);
    if (length < 1 << 20 || length > SEGMENT_BYTES_MAX || Long.bitCount(length) != 1) {
      throw new BackupException(
          ErrorCode.WAL_CORRUPT,
          file + " has " + length + " bytes, which no WAL segment has",
          "The file is not whole; PostgreSQL will try again.");
    }
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    WalVersion version =
        WalVersion.ofPageMagic(header.getShort(0) & 0xffff)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.WAL_CORRUPT,
                        file + " is not WAL of PostgreSQL 13 to 18",
                        "Check that the file is a WAL segment of a supported server."));
    long systemIdentifier = header.getLong(24);
    WalArchive archive =
        SourceWal.open(repository, settings.source(), systemIdentifier, bytes.length);
    WalSegmentSize size = new WalSegmentSize(bytes.length);
    Lsn start = name.start(size);
    if (archiveHolds(archive, name.timeline(), start, bytes, file)) {
      return "already there";
    }
    WalIndexer indexer =
        WalIndexer.anywhere(
            new WalFormat(version, size, name.timeline(), OptionalLong.of(systemIdentifier)),
            start);
    for (int offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
      int step = Math.min(PIECE_BYTES, bytes.length - offset);
      indexer.accept(ByteBuffer.wrap(bytes, offset, step));
      WalRange range =
          new WalRange(
              name.timeline(), start.plus(offset).value(), start.plus(offset + step).value());
      PutOutcome outcome =
          archive.put(range, bytes, offset, step, indexer.cut(Optional.empty()).encode());
      requireNoConflict(outcome, file);
    }
    return "stored";
  }

  /// True if streamed or earlier pushed ranges cover the segment with these bytes; an error if with
  /// others.
  private static boolean archiveHolds(
      WalArchive archive, int timeline, Lsn start, byte[] bytes, Path file) throws IOException {
    List<WalRange> ranges = archive.ranges(timeline);
    Lsn end = start.plus(bytes.length);
    if (!WalCoverage.gaps(ranges, start.value(), end.value()).isEmpty()) {
      return false;
    }
    byte[] held = archive.readBytes(timeline, start.value(), end.value());
    if (Arrays.equals(held, bytes)) {
      return true;
    }
    throw conflict(file.toString());
  }

  private String pushSmall(Settings settings, String name, Path file) throws IOException {
    if (Files.size(file) > SMALL_FILE_BYTES_MAX && !name.endsWith(".partial")) {
      throw new BackupException(
          ErrorCode.WAL_CORRUPT,
          file + " has " + Files.size(file) + " bytes, which no such file has",
          "Check what the file is.");
    }
    if (name.endsWith(".partial")) {
      // The bytes of a partial segment were streamed or will come with the next timeline's segment.
      return "not needed";
    }
    WalArchive archive = onlyArchive(settings.source());
    PutOutcome outcome = archive.putFile(name, Files.readAllBytes(file));
    requireNoConflict(outcome, file);
    return outcome == PutOutcome.ALREADY_THERE ? "already there" : "stored";
  }

  /// A history file does not say which cluster it belongs to: it is the one whose WAL came last.
  private WalArchive onlyArchive(String source) throws IOException {
    List<WalArchive> archives = SourceWal.all(repository, source);
    if (archives.size() != 1) {
      throw new BackupException(
          ErrorCode.WAL_NOT_YET_THERE,
          archives.isEmpty()
              ? "no WAL of source '"
                  + source
                  + "' is stored yet, so it is not known where this file belongs"
              : "source '" + source + "' has WAL of " + archives.size() + " clusters",
          String.format(
              Locale.ROOT,
              "Take a backup of source '%s' first, or give each cluster its own --source.",
              source));
    }
    return archives.getFirst();
  }

  private static void requireNoConflict(PutOutcome outcome, Path file) {
    if (outcome == PutOutcome.CONFLICT) {
      throw conflict(file.toString());
    }
  }

  private static BackupException conflict(String what) {
    return new BackupException(
        ErrorCode.WAL_CONFLICT,
        what + ": the repository holds other content under that name",
        "Two servers archive under one source name. Give one of them another --source.");
  }
}
