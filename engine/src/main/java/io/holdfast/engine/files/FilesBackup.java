package io.holdfast.engine.files;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.files.PathText;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.walk.Excludes;
import io.holdfast.files.walk.TreeWalk;
import io.holdfast.files.walk.WalkOptions;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Backs up files. What has not changed since the newest backup of the same source costs one status
/// and no read. A crash at any moment leaves nothing visible.
public final class FilesBackup {
  /// The word for this kind of backup.
  public static final String KIND = "files";

  /// The name of its tree.
  static final String TREE = "files";

  private static final String CUT_LABEL = "holdfast: table for cutting files, 1";

  private final EngineContext context;
  private final Repository repository;
  private final String address;

  public FilesBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
    this.address = repository.address();
  }

  /// Runs one backup.
  public FilesBackupReport run(Settings settings, FilesBackupRequest request) {
    WalkOptions options = options(request);
    return Failures.translate("backup of files", () -> backUp(settings, request, options));
  }

  /// What one walk made.
  private record Taken(TreeSummary tree, FilesTally tally, Problems problems) {}

  private WalkOptions options(FilesBackupRequest request) {
    Excludes excludes;
    try {
      excludes = Excludes.of(request.excludes());
    } catch (IllegalArgumentException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          String.valueOf(e.getMessage()),
          "Patterns are written as in a .gitignore file.");
    }
    return new WalkOptions(
        excludes,
        switch (request.caches()) {
          case INCLUDED -> WalkOptions.Caches.INCLUDED;
          case EXCLUDED -> WalkOptions.Caches.EXCLUDED;
        },
        switch (request.mounts()) {
          case CROSSED -> WalkOptions.Mounts.CROSSED;
          case NOT_CROSSED -> WalkOptions.Mounts.NOT_CROSSED;
        },
        ownDirectory());
  }

  /// A repository that lies in what is backed up would never come to an end.
  private Set<String> ownDirectory() {
    try {
      Path directory = Path.of(address);
      return Files.isDirectory(directory)
          ? Set.of(
              PathText.of(
                  directory.toRealPath().toString().substring(1).getBytes(StandardCharsets.UTF_8)))
          : Set.of();
    } catch (IOException | IllegalArgumentException _) {
      // A URL, not a directory of this machine.
      return Set.of();
    }
  }

  private FilesBackupReport backUp(
      Settings settings, FilesBackupRequest request, WalkOptions options) throws IOException {
    Instant startedAt = context.clock().instant();
    requireThere(request.paths());
    List<String> warnings = new ArrayList<>();
    try (BackupSession session = repository.beginSession(settings.domain())) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent =
          catalog.newest(
              settings.source(),
              backup ->
                  backup.record().kind().equals(KIND)
                      && backup.record().domain().equals(settings.domain()));
      context.progress().phase("files", 0);
      Taken taken;
      try {
        taken = take(session, request, options, parent);
      } catch (CorruptRepositoryException e) {
        if (parent.isEmpty()) {
          throw e;
        }
        warnings.add(
            "the backup "
                + parent.get().record().name()
                + " is damaged, so this one does not build on it: "
                + e.text());
        taken = take(session, request, options, Optional.empty());
      }
      return commit(settings, request, startedAt, session, catalog, parent, taken, warnings);
    }
  }

  private static void requireThere(List<Path> paths) {
    for (Path path : paths) {
      if (!Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "there is no " + path + ", or it cannot be reached",
            "Check the path and the permissions of the directories on the way to it.");
      }
    }
  }

  private Taken take(
      BackupSession session,
      FilesBackupRequest request,
      WalkOptions options,
      Optional<StoredSnapshot> parent)
      throws IOException {
    Optional<TreeReader> before = Optional.empty();
    if (parent.isPresent()) {
      before =
          Optional.of(
              TreeReader.open(
                  repository.reader(parent.get().record()), parent.get().record().root(TREE)));
    }
    Optional<SortedFiles> beforeFiles =
        before.isPresent() ? Optional.of(before.get().sortedFiles()) : Optional.empty();
    Problems problems = new Problems();
    SortedTreeWriter writer = new SortedTreeWriter(session.chunks(), before);
    Cutter cutter = new Cutter(seed(session.chunks().ids()));
    try (TreeWalk walk = new TreeWalk(request.paths(), options, problems::add);
        TreeIntake intake =
            new TreeIntake(context, writer, beforeFiles, cutter, request.differences(), problems)) {
      FilesTally tally = intake.take(walk);
      return new Taken(writer.finish(), tally, problems);
    }
  }

  /// A number that only holders of the key domain know.
  private static long seed(ChunkIds ids) {
    byte[] label = CUT_LABEL.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(ids.of(ChunkType.ROOT, label, 0, label.length).toBytes()).getLong();
  }

  private FilesBackupReport commit(
      Settings settings,
      FilesBackupRequest request,
      Instant startedAt,
      BackupSession session,
      BackupCatalog catalog,
      Optional<StoredSnapshot> parent,
      Taken taken,
      List<String> warnings)
      throws IOException {
    context.progress().phase("publish", 0);
    context.cancellation().throwIfRequested();
    SnapshotRecord record =
        new SnapshotRecord(
            BackupName.of(
                settings.source(),
                KIND,
                startedAt,
                catalog.all().stream()
                    .map(backup -> backup.record().name())
                    .collect(Collectors.toSet())),
            settings.source(),
            KIND,
            KIND,
            parent.map(backup -> backup.record().name()),
            startedAt,
            context.clock().instant(),
            taken.tree().logicalBytes(),
            session.storedBytes(),
            taken.tree().files(),
            attributes(request, taken),
            new TreeMap<>(Map.of(TREE, taken.tree().root())));
    return new FilesBackupReport(
        session.commit(record),
        taken.tally().unchanged,
        taken.tally().changed,
        taken.tally().changedWhileRead(),
        taken.problems().count(),
        taken.problems().texts(),
        warnings(taken, warnings));
  }

  private static List<String> warnings(Taken taken, List<String> warnings) {
    List<String> all = new ArrayList<>(warnings);
    taken.tally().shown().forEach(path -> all.add("/" + path + " changed while it was read"));
    taken.problems().texts().forEach(problem -> all.add("not read: " + problem));
    return all;
  }

  private static SortedMap<String, String> attributes(FilesBackupRequest request, Taken taken) {
    SortedMap<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < request.paths().size(); i++) {
      attributes.put("path." + i, request.paths().get(i).toString());
    }
    attributes.put("unread", Long.toString(taken.problems().count()));
    attributes.put("changedWhileRead", Long.toString(taken.tally().changedWhileRead()));
    return attributes;
  }
}
