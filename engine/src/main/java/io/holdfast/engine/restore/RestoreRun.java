package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.control.ControlFile;
import io.holdfast.postgres.datadir.DataDirectoryLayout;
import io.holdfast.postgres.datadir.FileChanges;
import io.holdfast.postgres.datadir.SettingChange;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// One execution of a restore plan, step after step.
final class RestoreRun {
  private static final int WORKERS = 4;
  private static final int EXTENT_BYTES = 512 << 10;
  private static final int SMALL_FILE_BYTES_MAX = 64 << 20;

  private final EngineContext context;
  private final RestorePlan plan;
  private final Repository repository;
  private final TreeReader tree;
  private final Places places;
  private final RestoreConfiguration configuration;
  private final List<String> remarks = new ArrayList<>();
  private final Set<Path> directories = new LinkedHashSet<>();

  /// Directories of others in which we made one.
  private final Set<Path> entered = new LinkedHashSet<>();

  RestoreRun(EngineContext context, Repository repository, RestorePlan plan) throws IOException {
    this.context = context;
    this.repository = repository;
    this.plan = plan;
    this.places = new Places(plan.to(), plan.tablespaces());
    ChunkReader chunks = repository.reader(plan.backup().record());
    this.tree = TreeReader.open(chunks, Restore.root(plan.backup(), PhysicalFacts.CLUSTER_TREE));
    TreeReader side = TreeReader.open(chunks, Restore.root(plan.backup(), PhysicalFacts.SIDE_TREE));
    this.configuration = new RestoreConfiguration(plan, tree, side);
  }

  RestoreReport run() throws IOException {
    Instant begin = context.clock().instant();
    List<TreeFile> files = new ArrayList<>();
    List<TreeFile> listedDirectories = new ArrayList<>();
    tree.forEachFile(
        file -> {
          if (isLeftFromAnEarlierRestore(file.entry().path())) {
            return;
          }
          switch (file.entry().kind()) {
            case FILE -> files.add(file);
            case DIRECTORY -> listedDirectories.add(file);
            case SYMLINK ->
                remarks.add("the link " + file.entry().path() + " of the source was not restored");
            case SPECIAL ->
                throw CorruptRepositoryException.damaged(
                    file.entry().path() + " is no file of a cluster");
          }
        });
    TreeFile control = requireFile(files, ControlFile.PATH);
    ControlFile controlFile = ControlFile.parse(tree.readAll(control, ControlFile.FILE_BYTES));
    FileChanges changes = configuration.plan(controlFile);
    makeDirectories(listedDirectories, files);
    WalArchive archive =
        SourceWal.require(
            repository, plan.backup().record().source(), plan.facts().systemIdentifier());
    if (plan.supply() instanceof WalSupply.OnDemand onDemand) {
      context.progress().phase("try the way to the write-ahead log", 0);
      remarks.addAll(new CapabilityFile(plan, onDemand).write(repository, archive));
    }
    context.progress().phase("restore", plan.totals().logicalBytes());
    writeFiles(files.stream().filter(file -> !isWrittenApart(file)).toList());
    writeTablespaceMap(files);
    if (plan.supply() instanceof WalSupply.Staged) {
      context.progress().phase("stage write-ahead log", plan.walBytes());
      new StagedWal(archive, plan.to(), plan.owner()).write(plan.target(), context);
    }
    context.progress().phase("finish", 0);
    changes.apply(plan.to());
    syncDirectories();
    // Last of all: without it no server starts, so a restore that was cut off cannot be mistaken
    // for a whole one.
    new FileWriter(tree, plan.owner(), EXTENT_BYTES).write(control, target(control), _ -> {});
    FileWriter.sync(plan.to().resolve("global"));
    return report(begin, changes.settings());
  }

  private RestoreReport report(Instant begin, List<SettingChange> changes) throws IOException {
    if (!repository.snapshotListing().damaged().isEmpty()) {
      remarks.add(
          "the list of backups is damaged, so there may be a newer backup than those it shows: run"
              + " 'holdfast verify --all'");
    }
    remarks.addAll(configuration.remarks());
    if (plan.purpose() instanceof RestorePlan.Purpose.ForUse) {
      remarks.add(
          "replication slots and subscriptions are not restored; unlogged tables will be empty");
      remarks.add(
          switch (plan.supply()) {
            case WalSupply.Staged _ ->
                StagedWal.DIRECTORY
                    + " inside the directory holds the WAL for recovery: remove it when the server"
                    + " is in use";
            case WalSupply.OnDemand onDemand ->
                "recovery fetches WAL from "
                    + onDemand.repository()
                    + ", which must stay readable until it is over; then remove "
                    + CapabilityFile.NAME
                    + " from the directory: it is a key for this source's WAL";
          });
      if (plan.action() == TargetAction.PAUSE) {
        remarks.add(
            "recovery will pause at the target, readable; SELECT pg_wal_replay_resume() makes the"
                + " server writable");
      }
    }
    return new RestoreReport(
        plan, changes, remarks, Duration.between(begin, context.clock().instant()));
  }

  /// A cluster that was itself restored may still have what served that recovery.
  private static boolean isLeftFromAnEarlierRestore(String path) {
    return path.equals(CapabilityFile.NAME)
        || path.equals(StagedWal.DIRECTORY)
        || path.startsWith(StagedWal.DIRECTORY + "/");
  }

  private static boolean isWrittenApart(TreeFile file) {
    String path = file.entry().path();
    return path.equals(ControlFile.PATH) || path.equals("tablespace_map");
  }

  private static TreeFile requireFile(List<TreeFile> files, String path) {
    return files.stream()
        .filter(file -> file.entry().path().equals(path))
        .findFirst()
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.OBJECT_CORRUPT,
                    "the backup has no " + path,
                    "Another backup may be intact: see 'holdfast list'."));
  }

  /// Where a file of the tree goes: tablespaces have places of their own.
  private Path target(TreeFile file) {
    return target(file.entry().path());
  }

  private Path target(String path) {
    return places.of(path);
  }

  private void makeDirectories(List<TreeFile> listed, List<TreeFile> files) throws IOException {
    makeDirectory(plan.to());
    for (String location : plan.tablespaces().values()) {
      makeDirectory(Path.of(location));
    }
    for (String required : DataDirectoryLayout.requiredDirectories(plan.facts().serverMajor())) {
      makeDirectory(target(required));
    }
    for (TreeFile directory : listed) {
      makeDirectory(target(directory));
    }
    for (TreeFile file : files) {
      Path parent = target(file).getParent();
      if (parent != null && !directories.contains(parent)) {
        makeDirectory(parent);
      }
    }
    for (Map.Entry<Long, String> space : plan.tablespaces().entrySet()) {
      Path link = plan.to().resolve("pg_tblspc").resolve(Long.toUnsignedString(space.getKey()));
      Files.createSymbolicLink(link, Path.of(space.getValue()));
      plan.owner().give(link);
    }
  }

  private void makeDirectory(Path directory) throws IOException {
    if (!directories.add(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null && !Files.exists(parent)) {
      if (directory.startsWith(plan.to()) && !directory.equals(plan.to())) {
        makeDirectory(parent);
      } else {
        makeParents(parent);
      }
    }
    if (parent != null && !directories.contains(parent)) {
      entered.add(parent);
    }
    if (!Files.isDirectory(directory, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(directory);
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    plan.owner().give(directory);
  }

  /// Directories above those of the server: it must be able to pass through them.
  private void makeParents(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent != null && !Files.exists(parent)) {
      makeParents(parent);
    }
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    entered.add(directory);
    if (parent != null) {
      entered.add(parent);
    }
  }

  private void writeFiles(List<TreeFile> files) throws IOException {
    AtomicInteger next = new AtomicInteger();
    try (Workers workers = Workers.platform("restore")) {
      for (int i = 0; i < WORKERS; i++) {
        workers.start(
            () -> {
              FileWriter writer = new FileWriter(tree, plan.owner(), EXTENT_BYTES);
              for (int at = next.getAndIncrement();
                  at < files.size();
                  at = next.getAndIncrement()) {
                context.cancellation().throwIfRequested();
                TreeFile file = files.get(at);
                writer.write(file, target(file), context.progress()::advance);
              }
            });
      }
      workers.join();
    }
  }

  private void writeTablespaceMap(List<TreeFile> files) throws IOException {
    for (TreeFile file : files) {
      if (file.entry().path().equals("tablespace_map")) {
        String text = RawPath.decode(tree.readAll(file, SMALL_FILE_BYTES_MAX));
        new FileChanges(
                Map.of("tablespace_map", configuration.movedTablespaceMap(text)),
                List.of(),
                List.of())
            .apply(plan.to());
      }
    }
  }

  private void syncDirectories() throws IOException {
    for (Path directory : directories) {
      FileWriter.sync(directory);
    }
    for (Path directory : entered) {
      // One that may be entered but not read is durable by its owner's care.
      if (Files.isReadable(directory)) {
        FileWriter.sync(directory);
      }
    }
  }
}
