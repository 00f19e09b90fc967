package io.holdfast.engine.files;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.EntryComparison.Compared;
import io.holdfast.files.FileFacts.Region;
import io.holdfast.files.content.Holes;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.Handle;
import io.holdfast.files.posix.PosixException;
import io.holdfast.files.walk.Found;
import io.holdfast.files.walk.TreeWalk;
import io.holdfast.files.walk.WalkOptions;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Walks and decides as a backup of files does, opens what that would open, and reads no content.
/// In the repository it only reads: it has no session, so what maintenance is about to remove
/// counts as there.
final class FilesEstimating {
  private final EngineContext context;
  private final Repository repository;
  private final FilesScope scope;

  FilesEstimating(EngineContext context, Repository repository, FilesScope scope) {
    this.context = context;
    this.repository = repository;
    this.scope = scope;
  }

  FilesEstimate estimate(Settings settings, FilesBackupRequest request, WalkOptions options)
      throws IOException {
    FilesScope.requireThere(request.paths());
    // Where a backup would be refused, so is its estimate.
    repository.requireWritable(settings.domain());
    List<String> warnings = new ArrayList<>();
    Optional<StoredSnapshot> newest = FilesScope.newest(BackupCatalog.of(repository), settings);
    context.progress().phase("files", 0);
    Counts counts = scope.compare(newest, warnings, before -> walk(request, options, before));
    List<String> problems = counts.problems.texts();
    problems.forEach(problem -> warnings.add("not read: " + problem));
    return new FilesEstimate(
        settings.source(),
        newest.filter(_ -> counts.isCompared).map(backup -> backup.record().name()),
        new FilesEstimate.Entries(counts.files, counts.directories, counts.others, counts.bytes),
        new FilesEstimate.Changes(
            counts.added, counts.changed, counts.unchanged, counts.before - counts.kept),
        counts.readBytes,
        counts.problems.count(),
        problems,
        warnings);
  }

  private Counts walk(
      FilesBackupRequest request, WalkOptions options, Optional<FilesScope.Before> before)
      throws IOException {
    Counts counts = new Counts(before.map(FilesScope.Before::tree));
    EntryComparison comparison =
        before.isEmpty()
            ? new EntryComparison(Optional.empty(), _ -> false)
            : new EntryComparison(
                Optional.of(before.get().tree().sortedFiles()), isThere(before.get().chunks()));
    MetadataReading metadata = new MetadataReading(counts.problems);
    try (TreeWalk walk = new TreeWalk(request.paths(), options, counts.problems::add)) {
      while (true) {
        context.cancellation().throwIfRequested();
        Instant now = context.clock().instant();
        Optional<Found> found = walk.next();
        if (found.isEmpty()) {
          return counts;
        }
        try {
          look(comparison, metadata, found.get(), now, counts);
        } catch (PosixException e) {
          counts.problems.add(found.get().path(), e);
        }
      }
    }
  }

  /// Asks the same question as a backup, of a reader.
  private static Predicate<FileContent> isThere(ChunkReader reader) throws IOException {
    return new SortedTreeWriter(new NothingStored(reader), Optional.empty())::isUsable;
  }

  private void look(
      EntryComparison comparison, MetadataReading metadata, Found found, Instant now, Counts counts)
      throws IOException {
    Compared compared = comparison.compare(found);
    long bytes = 0;
    switch (compared.verdict()) {
      case UNCHANGED -> bytes = compared.old().orElseThrow().entry().size();
      case NEW, CHANGED -> {
        if (!compared.hasContent()) {
          var _ = metadata.read(found, compared.hardLink(), now);
        } else {
          Optional<EntryComparison.Opened> file = comparison.open(found);
          if (file.isEmpty()) {
            counts.problems.add(found.path(), EntryComparison.REPLACED);
            return;
          }
          try (Handle opened = file.get().file()) {
            bytes = contentBytes(opened, file.get().status());
            var _ = FileReading.attributes(found.path(), opened, counts.problems);
          }
          counts.readBytes += bytes;
        }
      }
    }
    counts.add(compared, bytes);
    context.progress().advance(bytes);
  }

  private static long contentBytes(Handle file, FileStatus status) throws PosixException {
    return FileReading.toRead(Holes.regions(file, status), status).stream()
        .mapToLong(Region::length)
        .sum();
  }

  /// *Confined.*
  private static final class Counts {
    private final Problems problems = new Problems();
    private final boolean isCompared;
    private final long before;
    private long kept;
    private long files;
    private long directories;
    private long others;
    private long bytes;
    private long added;
    private long changed;
    private long unchanged;
    private long readBytes;

    private Counts(Optional<TreeReader> newest) {
      isCompared = newest.isPresent();
      before = newest.map(tree -> tree.totals().files()).orElse(0L);
    }

    private void add(Compared compared, long contentBytes) {
      switch (Entries.kind(compared.found().status())) {
        case FILE -> files++;
        case DIRECTORY -> directories++;
        case SYMLINK, SPECIAL -> others++;
      }
      switch (compared.verdict()) {
        case NEW -> added++;
        case CHANGED -> changed++;
        case UNCHANGED -> unchanged++;
      }
      if (compared.old().isPresent()) {
        kept++;
      }
      bytes += contentBytes;
    }
  }
}
