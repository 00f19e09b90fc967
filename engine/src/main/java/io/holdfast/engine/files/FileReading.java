package io.holdfast.engine.files;

import io.holdfast.files.ExtendedAttribute;
import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.content.ContentReader;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.content.Holes;
import io.holdfast.files.posix.ExtendedAttributes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads one regular file after the other into a tree. A file that changes meanwhile is read once
/// more, then taken as it came and marked. *Confined.*
final class FileReading {
  /// Times of files that were written this shortly before they were seen cannot be relied on: a
  /// further write may get the same time. Covers file systems with times of 2 seconds.
  private static final long RACY_SECONDS = 2;

  private static final int TRIES = 2;

  /// Room for all attributes of one entry, beside what else there is of it.
  private static final int ATTRIBUTES_BYTES_MAX = Attributes.BYTES_MAX - (26 << 10);

  private final InstantSource clock;
  private final SortedTreeWriter tree;
  private final ContentReader reader;
  private final Problems problems;

  FileReading(InstantSource clock, SortedTreeWriter tree, Cutter cutter, Problems problems) {
    this.clock = clock;
    this.tree = tree;
    this.reader = new ContentReader(cutter);
    this.problems = problems;
  }

  /// What was seen of a file.
  private record Reading(
      FileContent content, long size, Optional<List<Region>> regions, FileStatus after) {}

  /// Does a job, but for closing the file.
  void read(FileJob job) throws IOException {
    FileStatus before = job.file().status();
    Instant seenAt = job.seenAt();
    Set<Mark> marks = EnumSet.noneOf(Mark.class);
    Reading reading = readOnce(job, before);
    for (int i = 1; i < TRIES && !reading.after().isSameState(before); i++) {
      seenAt = clock.instant();
      before = job.file().status();
      reading = readOnce(job, before);
    }
    if (!reading.after().isSameState(before)) {
      marks.add(Mark.CHANGED_WHILE_READ);
    }
    if (isRacy(before, seenAt)) {
      marks.add(Mark.RACY);
    }
    if (reading.regions().isPresent()) {
      marks.add(Mark.SPARSE);
    }
    FileFacts facts =
        new FileFacts(
            marks,
            reading.size(),
            before.modified().nanos(),
            before.changed(),
            before.inode(),
            before.uid(),
            before.gid(),
            0,
            0,
            "",
            reading.regions().orElse(List.of()),
            attributes(job.slot().path(), job.file(), problems));
    FileEntry entry =
        Entries.of(job.slot().path(), before, reading.content().bytes(), "", job.owners(), facts);
    job.slot().fill(entry, reading.content());
  }

  private Reading readOnce(FileJob job, FileStatus before) throws IOException {
    Handle file = job.file();
    Optional<List<Region>> regions = Holes.regions(file, before);
    List<Region> read = toRead(regions, before);
    FileContent content = tree.newContent(job.before());
    long bytes =
        reader.read(
            file, read, (piece, offset, length) -> tree.store(content, piece, offset, length));
    long wanted = read.stream().mapToLong(Region::length).sum();
    if (bytes == wanted) {
      return new Reading(content, before.size(), regions, file.status());
    }
    // It became shorter: what was read is all there is of it.
    List<Region> cut = cut(read, bytes);
    long size = cut.isEmpty() ? 0 : cut.getLast().offset() + cut.getLast().length();
    return new Reading(content, size, regions.map(_ -> cut), file.status());
  }

  /// What there is to read of a file.
  ///
  /// @param regions of a sparse file, empty for others
  static List<Region> toRead(Optional<List<Region>> regions, FileStatus status) {
    return regions.orElseGet(
        () -> status.size() == 0 ? List.of() : List.of(new Region(0, status.size())));
  }

  private static List<Region> cut(List<Region> regions, long bytes) {
    List<Region> cut = new ArrayList<>();
    long left = bytes;
    for (Region region : regions) {
      long length = Math.min(left, region.length());
      if (length > 0) {
        cut.add(new Region(region.offset(), length));
      }
      left -= length;
    }
    return cut;
  }

  static boolean isRacy(FileStatus status, Instant seenAt) {
    Instant limit = seenAt.minusSeconds(RACY_SECONDS);
    Timestamp safe = new Timestamp(limit.getEpochSecond(), limit.getNano());
    return status.changed().compareTo(safe) >= 0 || status.modified().compareTo(safe) >= 0;
  }

  /// All attributes, or none and a problem where they are more than an entry has room for.
  static List<ExtendedAttribute> attributes(String path, Handle entry, Problems problems)
      throws PosixException {
    List<ExtendedAttribute> attributes = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<byte[], byte[]> attribute : ExtendedAttributes.read(entry).entrySet()) {
      attributes.add(new ExtendedAttribute(attribute.getKey(), attribute.getValue()));
      bytes += attribute.getKey().length + attribute.getValue().length + 8L;
    }
    if (bytes <= ATTRIBUTES_BYTES_MAX) {
      return attributes;
    }
    problems.add(
        path,
        "its extended attributes have "
            + bytes
            + " bytes, only "
            + ATTRIBUTES_BYTES_MAX
            + " can be kept; none of them is");
    return List.of();
  }
}
