package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalBackup;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.wal.PlannedWal;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.recovery.ResolvedTarget;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Restores physical backups: [#plan] finds every reason to refuse and writes nothing, [#execute]
/// does what the plan says.
public final class Restore {
  private final EngineContext context;
  private final Repository repository;
  private final String address;
  private final Optional<Path> home;

  /// For restores that stage their WAL.
  public Restore(EngineContext context, OpenRepository repository) {
    this(context, repository, Optional.empty());
  }

  /// @param home where this program is installed, if it is: restored servers may call it
  public Restore(EngineContext context, OpenRepository repository, Optional<Path> home) {
    this.context = context;
    this.repository = repository.repository();
    this.address = repository.address();
    this.home = home;
  }

  /// Plans a restore for use.
  public RestorePlan plan(RestoreRequest request) {
    return plan(request, new RestorePlan.Purpose.ForUse());
  }

  /// Plans a restore.
  ///
  /// @throws BackupException that says why it cannot be done
  public RestorePlan plan(RestoreRequest request, RestorePlan.Purpose purpose) {
    return Failures.translate(
        "plan restore of " + request.backup(), () -> planNow(request, purpose));
  }

  /// Executes a plan. A crash leaves a directory without `pg_control`, which no server starts on.
  public RestoreReport execute(RestorePlan plan) {
    return Failures.translate(
        "restore to " + plan.to(),
        () -> {
          RestoreRun run = new RestoreRun(context, repository, plan);
          return Leftovers.named(leftBehind(plan), run::run);
        });
  }

  /// The directories that a person has to remove if this restore does not end; a scratch restore
  /// removes its own.
  private static List<Path> leftBehind(RestorePlan plan) {
    return switch (plan.purpose()) {
      case RestorePlan.Purpose.ForUse _ ->
          Stream.concat(Stream.of(plan.to()), plan.tablespaces().values().stream().map(Path::of))
              .toList();
      case RestorePlan.Purpose.Scratch _ -> List.of();
    };
  }

  /// Where the tablespaces of a backup were.
  public List<String> tablespaceLocations(String backup, String source) {
    return Failures.translate(
        "find backup " + backup,
        () ->
            PhysicalFacts.of(
                    BackupCatalog.of(repository)
                        .require(backup, source, PhysicalBackup.KIND)
                        .record()
                        .attributes())
                .tablespaces()
                .stream()
                .map(PhysicalFacts.Space::location)
                .toList());
  }

  private RestorePlan planNow(RestoreRequest request, RestorePlan.Purpose purpose)
      throws IOException {
    context.progress().phase("plan", 0);
    BackupCatalog catalog = BackupCatalog.of(repository);
    Targets targets = new Targets(repository, request);
    Targets.Choice choice = targets.choose(catalog);
    StoredSnapshot backup = choice.backup();
    PhysicalFacts facts = PhysicalFacts.of(backup.record().attributes());
    WalArchive archive =
        SourceWal.require(repository, backup.record().source(), facts.systemIdentifier());
    LaterTablespaces.Accepted accepted =
        LaterTablespaces.accept(
            CreatedTablespaces.replayed(archive, facts, choice.target()),
            choice.target(),
            request.tablespaces(),
            purpose);
    ResolvedTarget target =
        request
            .archive()
            .map(where -> accepted.target().withRemark(where.remark()))
            .orElse(accepted.target());
    ChunkReader chunks = repository.reader(backup.record());
    TreeReader tree = TreeReader.open(chunks, root(backup, PhysicalFacts.CLUSTER_TREE));
    Path to = Destination.of(request.to());
    Map<Long, String> spaces = new LinkedHashMap<>();
    for (var space : tablespaces(facts, accepted.moves()).entrySet()) {
      Path location = Destination.of(Path.of(space.getValue()));
      Destination.requireApart("the data directory", to, location);
      for (String other : spaces.values()) {
        Destination.requireApart("another tablespace", Path.of(other), location);
      }
      spaces.put(space.getKey(), location.toString());
    }
    FreeSpace space = FreeSpace.of(new Places(to, spaces), tree);
    long walBytes = PlannedWal.of(target, new WalSegmentSize(facts.walSegmentBytes())).bytes();
    WalSupply supply =
        WalSupply.decide(
            request.wal(),
            new WalSupply.Space(space.dataBytes(), walBytes, space.freeBytes()),
            to,
            home,
            address);
    return new RestorePlan(
        backup,
        facts,
        to,
        tree.totals(),
        spaces,
        target,
        request.action().orElseGet(() -> defaultAction(request.target())),
        purpose,
        supply,
        walBytes,
        space.freeBytes(),
        Owner.decide(to, request.owner(), System.getProperty("user.name")),
        request.archive().map(where -> where.command(home, archive.lineage().source())));
  }

  private static TargetAction defaultAction(TargetRequest target) {
    return switch (target) {
      case TargetRequest.Latest _ -> TargetAction.PROMOTE;
      case TargetRequest.Immediate _,
          TargetRequest.Time _,
          TargetRequest.Position _,
          TargetRequest.Transaction _,
          TargetRequest.RestorePoint _ ->
          TargetAction.PAUSE;
    };
  }

  static ChunkId root(StoredSnapshot backup, String tree) {
    ChunkId root = backup.record().roots().get(tree);
    if (root == null) {
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "backup " + backup.record().name() + " has no tree '" + tree + "'",
          "Another backup may be intact: see 'holdfast list'.");
    }
    return root;
  }

  private static Map<Long, String> tablespaces(PhysicalFacts facts, Map<String, String> remap) {
    var result = new LinkedHashMap<Long, String>();
    for (PhysicalFacts.Space space : facts.tablespaces()) {
      String location = remap.getOrDefault(space.location(), space.location());
      if (!Path.of(location).isAbsolute()) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "tablespace location '" + location + "' is not absolute",
            "Give absolute paths: --tablespace /old/place=/new/place.");
      }
      result.put(space.oid(), location);
    }
    Set<String> known =
        facts.tablespaces().stream()
            .map(PhysicalFacts.Space::location)
            .collect(java.util.stream.Collectors.toSet());
    for (String old : remap.keySet()) {
      if (!known.contains(old)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "the backup has no tablespace at " + old,
            known.isEmpty()
                ? "It has none at all."
                : "Its tablespaces are at " + String.join(", ", known) + ".");
      }
    }
    return result;
  }
}
