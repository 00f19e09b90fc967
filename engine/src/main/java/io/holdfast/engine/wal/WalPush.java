package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.wal.TimelineHistory;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores a WAL file that the server hands over. Success is said only when the file is durable in
/// the repository; the same file again is success, another one of the same name an error.
public final class WalPush {
  private static final Logger LOG = LoggerFactory.getLogger(WalPush.class);
  private static final int SMALL_FILE_BYTES_MAX = 1 << 20;
  private static final int HEADER_BYTES = 40;

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
    try (PushedSegment segment = PushedSegment.open(file)) {
      return pushSegment(settings, name, segment, file);
    }
  }

  private String pushSegment(
      Settings settings, WalSegmentName name, PushedSegment segment, Path file) throws IOException {
    byte[] first = new byte[HEADER_BYTES];
    segment.read(0, first, HEADER_BYTES);
    ByteBuffer header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
    WalVersion version =
        WalVersion.ofPageMagic(header.getShort(0) & 0xffff)
            .orElseThrow(
                () ->
                    new BackupException(
                        ErrorCode.WAL_CORRUPT,
                        file + " is not WAL of PostgreSQL 13 to 18",
                        "Check that the file is a WAL segment of a supported server."));
    long systemIdentifier = header.getLong(24);
    WalSegmentSize size = new WalSegmentSize(segment.bytes());
    WalFormat format =
        new WalFormat(version, size, name.timeline(), OptionalLong.of(systemIdentifier));
    Lsn start = SegmentFile.start(name, size);
    CurrentCluster.require(repository, settings.source(), systemIdentifier, file.toString());
    requireFinished(segment, new SegmentSoundness(file, format, start), file);
    WalArchive archive =
        SourceWal.open(repository, settings.source(), systemIdentifier, size.bytes());
    if (archiveHolds(archive, name.timeline(), start, segment, file)) {
      // Whoever stored it may have died before it was durable; the server removes its own copy now.
      StoredBefore.confirm(archive, name.timeline(), start, start.plus(size.bytes()));
      return "already there";
    }
    WalIndexer indexer = WalIndexer.anywhere(format, start);
    byte[] piece = new byte[Math.min(WalRange.BYTES_MAX, size.bytes())];
    for (int offset = 0; offset < size.bytes(); offset += piece.length) {
      context.cancellation().throwIfRequested();
      segment.read(offset, piece, piece.length);
      indexer.accept(ByteBuffer.wrap(piece));
      Lsn from = start.plus(offset);
      WalRange range = new WalRange(name.timeline(), from.value(), from.plus(piece.length).value());
      PutOutcome outcome =
          archive.put(range, piece, 0, piece.length, indexer.cut(Optional.empty()).encode());
      requireNoConflict(outcome, file);
    }
    return "stored";
  }

  private static void requireFinished(PushedSegment segment, SegmentSoundness soundness, Path file)
      throws IOException {
    byte[] piece = new byte[FileSteps.BYTES];
    for (int offset = 0; offset < segment.bytes(); offset += piece.length) {
      int length = Math.min(piece.length, segment.bytes() - offset);
      segment.read(offset, piece, length);
      soundness.accept(ByteBuffer.wrap(piece, 0, length));
    }
    soundness
        .judge()
        .ifPresent(
            damage ->
                LOG.warn(
                    "{} is stored, but recovery cannot pass {}: take a new backup",
                    file,
                    damage.at()));
  }

  /// True if streamed or earlier pushed ranges cover the segment with these bytes; an error if with
  /// others.
  private static boolean archiveHolds(
      WalArchive archive, int timeline, Lsn start, PushedSegment segment, Path file)
      throws IOException {
    List<WalRange> ranges = archive.ranges(timeline);
    Lsn end = start.plus(segment.bytes());
    if (!WalCoverage.gaps(ranges, start.value(), end.value()).isEmpty()) {
      return false;
    }
    archive.readBytes(
        timeline,
        ranges,
        start.value(),
        end.value(),
        segment.comparison(() -> conflict(file.toString())));
    return true;
  }

  private String pushSmall(Settings settings, String name, Path file) throws IOException {
    PushedSegment.requireFile(file);
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
    byte[] content = Files.readAllBytes(file);
    requireHistory(name, content, file);
    WalArchive archive = archiveOf(settings.source(), file);
    PutOutcome outcome = archive.putFile(name, content);
    requireNoConflict(outcome, file);
    return outcome == PutOutcome.ALREADY_THERE ? "already there" : "stored";
  }

  /// What is stored once is there for good: a history that is none would keep the right one out.
  private static void requireHistory(String name, byte[] content, Path file) {
    Optional<WalFileName> parsed = WalFileName.parse(name);
    if (parsed.isEmpty() || !(parsed.get() instanceof WalFileName.History(int timeline))) {
      return;
    }
    String text = new String(content, StandardCharsets.UTF_8);
    boolean whole = text.endsWith("\n");
    try {
      whole &= !TimelineHistory.parse(timeline, text).ancestors().isEmpty();
    } catch (BackupException _) {
      whole = false;
    }
    if (!whole) {
      throw new BackupException(
          ErrorCode.WAL_CORRUPT,
          file + " is not the whole history of timeline " + timeline,
          "Push the file from the server's pg_wal, as its archive_command does.");
    }
  }

  /// A history file does not say which cluster it belongs to. The control file of the data
  /// directory does; elsewhere it is the cluster that the source is now.
  private WalArchive archiveOf(String source, Path file) throws IOException {
    Optional<ControlFile> control = CurrentCluster.controlBeside(file);
    if (control.isPresent()) {
      long systemIdentifier = control.get().systemIdentifier();
      CurrentCluster.require(repository, source, systemIdentifier, file.toString());
      return SourceWal.open(repository, source, systemIdentifier, control.get().walSegmentSize());
    }
    return CurrentCluster.archive(repository, source)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.WAL_NOT_YET_THERE,
                    "it is not known to which cluster of source '"
                        + source
                        + "' "
                        + file
                        + " belongs",
                    "Push it from the server's own pg_wal, or take a backup of the source first."));
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
