package io.holdfast.engine.restore;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.wal.PlannedSegments;
import io.holdfast.engine.wal.PlannedWal;
import io.holdfast.engine.wal.WalContent;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Writes the WAL that recovery needs into a directory inside the restored one, under the names by
/// which the server asks for it: the server then needs neither key nor repository.
final class StagedWal {
  /// The directory's name.
  static final String DIRECTORY = "holdfast_wal";

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

  void write(ResolvedTarget target, EngineContext context) throws IOException {
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    owner.give(directory);
    PlannedWal plan = PlannedWal.of(target, size);
    PlannedSegments segments = new PlannedSegments(archive, plan);
    for (WalSegmentName name : plan.segments()) {
      context.cancellation().throwIfRequested();
      write(directory.resolve(name.toString()), segments.content(name));
      context.progress().advance(size.bytes());
    }
    for (int timeline : target.historyFiles()) {
      String name = new WalFileName.History(timeline).toString();
      byte[] content = archive.file(name).orElseThrow(() -> noHistory(timeline));
      write(directory.resolve(name), WalContent.of(content));
    }
    FileWriter.sync(directory);
  }

  static BackupException noHistory(int timeline) {
    return new BackupException(
        ErrorCode.WAL_GAP,
        "the history of timeline " + timeline + " is not archived",
        "Push it with 'holdfast wal push', or choose another --target-timeline.");
  }

  private void write(Path file, WalContent content) throws IOException {
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      content.writeTo(channel);
      owner.give(file);
      channel.force(true);
    }
  }
}
