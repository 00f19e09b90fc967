package io.holdfast.engine.restore;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.recovery.WalPiece;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/// Writes the WAL that recovery needs into a directory inside the restored one, under the names by
/// which the server asks for it: the server then needs neither key nor repository.
final class StagedWal {
  /// The directory's name.
  static final String DIRECTORY = "holdfast_wal";

  /// For `restore_command`: the server runs it in the data directory, so the path stays right
  /// wherever that is moved.
  static final String RESTORE_COMMAND = "cp \"" + DIRECTORY + "/%f\" \"%p\"";

  private final WalArchive archive;
  private final Path directory;
  private final Owner owner;
  private final WalSegmentSize size;

  StagedWal(WalArchive archive, Path dataDirectory, Owner owner) {
    this.archive = archive;
    this.directory = dataDirectory.resolve(DIRECTORY);
    this.owner = owner;
    this.size = new WalSegmentSize(archive.lineage().segmentBytes());
  }

  /// Bytes that [#write] will write.
  static long bytes(ResolvedTarget target) {
    return target.walNeededTo().minus(target.walNeededFrom());
  }

  void write(ResolvedTarget target, Progress progress) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    owner.give(directory);
    for (Lsn start = target.walNeededFrom();
        start.isBefore(target.walNeededTo());
        start = start.plus(size.bytes())) {
      writeSegment(target, start);
      progress.advance(size.bytes());
    }
    for (int timeline : target.historyFiles()) {
      String name = String.format(Locale.ROOT, "%08X.history", timeline);
      byte[] content =
          archive
              .file(name)
              .orElseThrow(
                  () ->
                      new BackupException(
                          ErrorCode.WAL_GAP,
                          "the history of timeline " + timeline + " is not archived",
                          "Push it with 'holdfast wal push', or choose another --target-timeline."));
      write(directory.resolve(name), content);
    }
    FileWriter.sync(directory);
  }

  /// A segment in which the timeline changes holds the bytes of both, under the newer one's name.
  private void writeSegment(ResolvedTarget target, Lsn start) throws IOException {
    byte[] segment = new byte[size.bytes()];
    Lsn end = start.plus(size.bytes());
    int newest = 0;
    for (WalPiece piece : target.pieces()) {
      Lsn from = piece.from().isBefore(start) ? start : piece.from();
      Lsn to = piece.to().isBefore(end) ? piece.to() : end;
      if (!from.isBefore(to)) {
        continue;
      }
      byte[] bytes = archive.readBytes(piece.timeline(), from.value(), to.value());
      System.arraycopy(bytes, 0, segment, (int) from.minus(start), bytes.length);
      newest = Math.max(newest, piece.timeline());
    }
    if (newest == 0) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "no WAL is archived for the segment at " + start,
          "Choose an earlier target; 'holdfast wal status' shows what is archived.");
    }
    write(directory.resolve(WalSegmentName.of(newest, start, size).toString()), segment);
  }

  private void write(Path file, byte[] content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    owner.give(file);
  }
}
