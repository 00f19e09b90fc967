package io.holdfast.engine.files;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.walk.TreeWalk;
import io.holdfast.files.walk.WalkOptions;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final FilesScope scope;

  public FilesBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
    this.scope = new FilesScope(repository.repository(), repository.address());
  }

  /// Runs one backup.
  public FilesBackupReport run(Settings settings, FilesBackupRequest request) {
    WalkOptions options = scope.options(request);
    return Failures.translate("backup of files", () -> backUp(settings, request, options));
  }

  /// Finds out what [#run] would do, without reading content and without storing anything: all it
  /// needs is to read the repository.
  public FilesEstimate estimate(Settings settings, FilesBackupRequest request) {
    WalkOptions options = scope.options(request);
    return Failures.translate(
        "look at files",
        () -> new FilesEstimating(context, repository, scope).estimate(settings, request, options));
  }

  /// What one walk made.
  private record Taken(TreeSummary tree, FilesTally tally, Problems problems) {}

  private FilesBackupReport backUp(
      Settings settings, FilesBackupRequest request, WalkOptions options) throws IOException {
    Instant startedAt = context.clock().instant();
    FilesScope.requireThere(request.paths());
    List<String> warnings = new ArrayList<>();
    try (BackupSession session = repository.beginSession(settings.domain())) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent = FilesScope.newest(catalog, settings);
      context.progress().phase("files", 0);
      Taken taken =
          scope.compare(
              parent,
              warnings,
              before -> take(session, request, options, before.map(FilesScope.Before::tree)));
      return commit(settings, request, startedAt, session, catalog, parent, taken, warnings);
    }
  }

  private Taken take(
      BackupSession session,
      FilesBackupRequest request,
      WalkOptions options,
      Optional<TreeReader> before)
      throws IOException {
    Optional<SortedFiles> beforeFiles =
        before.isPresent() ? Optional.of(before.get().sortedFiles()) : Optional.empty();
    Problems problems = new Problems();
    SortedTreeWriter writer = new SortedTreeWriter(session.chunks(), before);
    Cutter cutter = new Cutter(seed(session.chunks().ids()));
    try (TreeWalk walk = new TreeWalk(request.paths(), options, problems::add);
        TreeIntake intake =
            new TreeIntake(
                context,
                writer,
                new EntryComparison(beforeFiles, writer::isUsable),
                cutter,
                request.differences(),
                problems)) {
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
        taken.tally().unchanged(),
        taken.tally().changed(),
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
