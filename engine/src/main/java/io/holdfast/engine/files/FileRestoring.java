package io.holdfast.engine.files;

import io.holdfast.engine.EngineContext;
import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.restoring.RestoreTarget;
import io.holdfast.files.restoring.Wanted;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Restores regular files, one after the other. What lies there already with the same content is
/// not fetched. *Confined.*
final class FileRestoring implements AutoCloseable {
  /// A file to restore, under a path that need not be its own.
  record Job(String path, TreeFile file, FileFacts facts, Wanted wanted) {}

  private final EngineContext context;
  private final TreeReader tree;
  private final RestoreTarget target;
  private final FilesRestoreRequest.Existing existing;
  private final RestoreTally tally;
  private final byte[] piece = new byte[FileLayout.EXTENT_BYTES];

  FileRestoring(
      EngineContext context,
      TreeReader tree,
      RestoreTarget target,
      FilesRestoreRequest.Existing existing,
      RestoreTally tally) {
    this.context = context;
    this.tree = tree;
    this.target = target;
    this.existing = existing;
    this.tally = tally;
  }

  void restore(Job job) throws IOException {
    context.cancellation().throwIfRequested();
    Optional<FileStatus> there =
        existing == FilesRestoreRequest.Existing.REFUSE
            ? Optional.empty()
            : target.status(job.path());
    if (there.isEmpty() || !there.get().isRegular()) {
      write(job, Optional.empty());
    } else {
      try (Handle old = target.existing(job.path())) {
        if (isSame(job, there.get(), old)) {
          target.update(job.path(), job.wanted());
        } else {
          write(job, Optional.of(old));
        }
      }
    }
    context.progress().advance(job.file().entry().size());
  }

  private boolean isSame(Job job, FileStatus there, Handle old) throws IOException {
    if (there.size() != job.facts().size()) {
      return false;
    }
    return switch (existing) {
      case REFUSE -> false;
      case UPDATE -> there.modified().equals(job.wanted().modified());
      case UPDATE_BY_CONTENT -> isSameContent(job, old);
    };
  }

  /// Compares by the ids of pieces. A sparse file counts as another: its holes are not looked at.
  private boolean isSameContent(Job job, Handle old) throws IOException {
    if (job.facts().marks().contains(Mark.SPARSE)) {
      return false;
    }
    long at = 0;
    for (long i = 0; i < job.file().extents(); i++) {
      int length = tree.extentBytes(job.file(), i);
      if (!reads(old, at, length) || !tree.isExtent(job.file(), i, piece, length)) {
        return false;
      }
      at += length;
    }
    return at == job.facts().size();
  }

  private void write(Job job, Optional<Handle> old) throws IOException {
    long size = job.facts().size();
    boolean sparse = job.facts().marks().contains(Mark.SPARSE);
    List<Region> regions =
        sparse ? job.facts().regions() : size == 0 ? List.of() : List.of(new Region(0, size));
    long data = regions.stream().mapToLong(Region::length).sum();
    if (data != job.file().entry().size()) {
      throw CorruptRepositoryException.damaged(
          "'" + job.file() + "' has " + job.file().entry().size() + " bytes for " + data);
    }
    target.file(
        job.path(),
        job.wanted(),
        file -> {
          writeRegions(job, regions, old, file);
          if (sparse) {
            file.truncate(size);
          }
        });
    tally.written.increment();
    tally.writtenBytes.add(data);
  }

  private void writeRegions(Job job, List<Region> regions, Optional<Handle> old, Handle file)
      throws IOException {
    int region = 0;
    long inRegion = 0;
    for (long i = 0; i < job.file().extents(); i++) {
      long start = region < regions.size() ? regions.get(region).offset() + inRegion : 0;
      int length = fill(job, i, old, start);
      int done = 0;
      while (done < length) {
        if (region == regions.size()) {
          throw CorruptRepositoryException.damaged("'" + job.file() + "' has too many bytes");
        }
        Region current = regions.get(region);
        int part = (int) Math.min(length - done, current.length() - inRegion);
        file.write(current.offset() + inRegion, piece, done, part);
        done += part;
        inRegion += part;
        if (inRegion == current.length()) {
          region++;
          inRegion = 0;
        }
      }
    }
  }

  /// Puts a piece into the buffer: from the file that is there if it has it in the same place, else
  /// from the repository.
  private int fill(Job job, long index, Optional<Handle> old, long position) throws IOException {
    if (old.isPresent()) {
      int length = tree.extentBytes(job.file(), index);
      if (reads(old.get(), position, length) && tree.isExtent(job.file(), index, piece, length)) {
        return length;
      }
    }
    int length = tree.readExtent(job.file(), index, piece);
    tally.fetchedBytes.add(length);
    return length;
  }

  private boolean reads(Handle old, long position, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int got = old.read(position + done, piece, done, length - done);
      if (got < 0) {
        return false;
      }
      done += got;
    }
    return true;
  }

  RestoreTarget target() {
    return target;
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
