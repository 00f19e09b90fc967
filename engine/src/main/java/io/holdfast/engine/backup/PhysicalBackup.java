package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BackupReceiver.Tablespace;
import io.holdfast.postgres.basebackup.BaseBackup;
import io.holdfast.postgres.manifest.ManifestSummary;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wire.ReplicationConnection;
import io.holdfast.postgres.wire.ReplicationConnection.SlotLife;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeSummary;
import io.holdfast.repository.tree.TreeWriter;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Backs up a running cluster. A crash at any moment leaves nothing visible: the backup exists from
/// the moment its slot is written, and that happens last, after all chunks and all WAL are durable.
public final class PhysicalBackup {
  /// The word for this kind of backup.
  public static final String KIND = "physical";

  private static final Logger LOG = LoggerFactory.getLogger(PhysicalBackup.class);
  private static final int WORKERS = 2;
  private static final int BUFFERS = 12;
  private static final int EXTENT_BYTES = 512 << 10;

  private final EngineContext context;
  private final Repository repository;

  public PhysicalBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs one backup.
  public BackupReport run(Settings settings, BackupRequest request) {
    return Failures.translate("backup", () -> backUp(settings, request));
  }

  private BackupReport backUp(Settings settings, BackupRequest request) throws IOException {
    context.progress().phase("connect", 0);
    SourceServer server = SourceServer.inspect(settings);
    String slot = "holdfast_tmp_" + HexFormat.of().formatHex(context.entropy().bytes(6));
    try (ReplicationConnection walConnection =
            ReplicationConnection.openToStay(server.directUrl(), "holdfast backup wal");
        ReplicationConnection connection =
            ReplicationConnection.open(server.directUrl(), "holdfast backup")) {
      long systemIdentifier = connection.identifySystem().systemIdentifier();
      WalArchive archive =
          SourceWal.open(repository, settings.source(), systemIdentifier, server.walSegmentBytes());
      walConnection.createPhysicalSlot(slot, SlotLife.TEMPORARY);
      try (BackupWal wal = new BackupWal(context, walConnection, archive, slot);
          BackupSession session = repository.beginSession(settings.domain())) {
        return new Run(settings, request, server, archive, connection, wal, session).execute();
      }
    }
  }

  /// One run, from the first byte to the commit.
  private final class Run {
    private final Settings settings;
    private final BackupRequest request;
    private final SourceServer server;
    private final WalArchive archive;
    private final long systemIdentifier;
    private final ReplicationConnection connection;
    private final BackupWal wal;
    private final BackupSession session;
    private final boolean streamRuns;
    private final Instant startedAt = context.clock().instant();
    private final List<String> warnings = new ArrayList<>();
    private List<Tablespace> tablespaces = List.of();

    Run(
        Settings settings,
        BackupRequest request,
        SourceServer server,
        WalArchive archive,
        ReplicationConnection connection,
        BackupWal wal,
        BackupSession session) {
      this.settings = settings;
      this.request = request;
      this.server = server;
      this.archive = archive;
      this.systemIdentifier = archive.lineage().systemIdentifier();
      this.connection = connection;
      this.wal = wal;
      this.session = session;
      this.streamRuns =
          server.facts().slots().stream()
              .anyMatch(slot -> slot.name().equals(settings.slot()) && slot.active());
    }

    BackupReport execute() throws IOException {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent = catalog.newest(settings.source(), this::isSameCluster);
      warnings.addAll(server.warnings());
      if (request.type() == BackupRequest.Type.INCREMENTAL && parent.isEmpty()) {
        warnings.add(
            "there is no earlier backup of this cluster"
                + (settings.domain().equals(Repository.MAIN_DOMAIN)
                    ? ""
                    : " in the domain '" + settings.domain() + "'")
                + ", so this one stores everything");
      }
      ParentTrees trees =
          new ParentTrees(
              parent.map(StoredSnapshot::record),
              parent.isPresent() ? repository.reader(parent.get().record()) : repository.reader(),
              session.chunks(),
              warnings::add);
      PageInspector inspector = PageInspector.of(server);
      TreeWriter cluster = trees.writer(PhysicalFacts.CLUSTER_TREE);
      TreeWriter side = trees.writer(PhysicalFacts.SIDE_TREE);
      BaseBackup.Result result;
      ManifestSummary manifest;
      try (ManifestIntake intake = new ManifestIntake(side.lines(SideFiles.MANIFEST));
          ExtentPipeline pipeline =
              new ExtentPipeline(cluster, WORKERS, BUFFERS, EXTENT_BYTES, context.cancellation())) {
        ClusterReceiver receiver =
            new ClusterReceiver(
                cluster,
                pipeline,
                Optional.of(inspector),
                server.pageBytes(),
                server.blocksPerSegment(),
                EXTENT_BYTES,
                intake,
                (start, timeline, spaces) -> started(start, timeline, spaces, inspector));
        result =
            new BaseBackup(connection, context.cancellation())
                .run(label(), receiver, context.progress()::advance);
        pipeline.finish();
        long manifestBytes = intake.finish();
        manifest = intake.summary();
        SideFiles.write(side, manifestBytes, server.configuration(), startedAt);
      }
      requireSameCluster(manifest);
      requireOneTimeline(result);
      TreeSummary clusterSummary = cluster.finish();
      ChunkId sideRoot = side.finish().root();
      storeWal(result);
      excuseTornPages(result, inspector);
      return commit(catalog, parent, result, clusterSummary, sideRoot, inspector);
    }

    private boolean isSameCluster(StoredSnapshot backup) {
      return backup.record().kind().equals(KIND)
          && backup.record().domain().equals(settings.domain())
          && PhysicalFacts.of(backup.record().attributes()).systemIdentifier() == systemIdentifier;
    }

    private BaseBackup.Options label() {
      return new BaseBackup.Options(
          "holdfast " + settings.source() + " " + startedAt,
          switch (request.checkpoint()) {
            case FAST -> BaseBackup.Options.Checkpoint.FAST;
            case SPREAD -> BaseBackup.Options.Checkpoint.SPREAD;
          });
    }

    private void started(
        Lsn start, int timeline, List<Tablespace> spaces, PageInspector inspector) {
      inspector.begin(start);
      tablespaces = spaces;
      if (!streamRuns) {
        wal.streamFrom(start, timeline);
      }
      context.progress().phase("copy", server.clusterBytes());
    }

    private void requireSameCluster(ManifestSummary manifest) {
      if (manifest.systemIdentifier().isPresent()
          && manifest.systemIdentifier().getAsLong() != systemIdentifier) {
        throw new BackupException(
            ErrorCode.MANIFEST_MISMATCH,
            "the manifest is of another cluster",
            "Nothing was published. Check that the URL names one server only.");
      }
    }

    private void requireOneTimeline(BaseBackup.Result result) {
      if (result.startTimeline() != result.stopTimeline()) {
        throw new BackupException(
            ErrorCode.SERVER_UNAVAILABLE,
            "the server went over to another timeline during the backup",
            "Nothing was published. Run the backup again.");
      }
    }

    private void storeWal(BaseBackup.Result result) throws IOException {
      context.progress().phase("write-ahead log", 0);
      if (streamRuns) {
        wal.awaitOrStream(result.start(), result.stop(), result.startTimeline());
      } else {
        wal.finishStream(result.stop());
      }
      wal.requireCovered(result.start(), result.stop(), result.startTimeline());
      if (result.startTimeline() > 1) {
        int timeline = result.startTimeline();
        archive.putFile(
            new WalFileName.History(timeline).toString(), connection.timelineHistory(timeline));
      }
    }

    /// What looked damaged only because the server was writing it is put right by replay.
    private void excuseTornPages(BaseBackup.Result result, PageInspector inspector)
        throws IOException {
      if (inspector.errors() > 0) {
        context.progress().phase("look at suspicious pages again", 0);
        int withdrawn =
            inspector.withdraw(
                wal.replacedBlocks(
                    result.start(), result.stop(), result.startTimeline(), inspector.suspects()));
        LOG.info("{} pages were read while the server wrote them; replay renews them", withdrawn);
      }
    }

    private BackupReport commit(
        BackupCatalog catalog,
        Optional<StoredSnapshot> parent,
        BaseBackup.Result result,
        TreeSummary cluster,
        ChunkId sideRoot,
        PageInspector inspector)
        throws IOException {
      context.progress().phase("publish", 0);
      context.cancellation().throwIfRequested();
      inspector.warn(warnings::add);
      var remarks = new TreeMap<String, String>(server.remarks());
      if (inspector.unjudged() > 0) {
        remarks.put(PhysicalFacts.UNJUDGED_PAGES, Long.toString(inspector.unjudged()));
      }
      PhysicalFacts facts =
          new PhysicalFacts(
              systemIdentifier,
              server.facts().versionNum(),
              server.facts().version(),
              result.startTimeline(),
              result.start(),
              result.stop(),
              server.pageBytes(),
              server.relationSegmentBytes(),
              server.walSegmentBytes(),
              server.pageChecksums(),
              inspector.errors(),
              tablespaces.stream()
                  .map(space -> new PhysicalFacts.Space(space.oid(), space.location()))
                  .toList(),
              remarks);
      var roots = new TreeMap<String, ChunkId>();
      roots.put(PhysicalFacts.CLUSTER_TREE, cluster.root());
      roots.put(PhysicalFacts.SIDE_TREE, sideRoot);
      Optional<String> parentName =
          request.type() == BackupRequest.Type.INCREMENTAL
              ? parent.map(p -> p.record().name())
              : Optional.empty();
      SnapshotRecord record =
          new SnapshotRecord(
              BackupName.of(
                  settings.source(),
                  request.type().word(),
                  startedAt,
                  catalog.all().stream()
                      .map(backup -> backup.record().name())
                      .collect(Collectors.toSet())),
              settings.source(),
              KIND,
              request.type().word(),
              parentName,
              startedAt,
              context.clock().instant(),
              cluster.logicalBytes(),
              session.storedBytes(),
              cluster.files(),
              facts.toAttributes(),
              roots);
      session.requireWal(facts.walNeededFrom(archive.lineage()));
      return new BackupReport(session.commit(record), warnings);
    }
  }
}
