package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.DatabaseIdentity;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.engine.tree.TreeNames;
import io.holdfast.files.content.Cutter;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.SchemaArchive;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Dumps databases: definitions by `pg_dump`, rows by our own sessions, all of one moment for each
/// database. What has changed little since the dump before is stored as a difference. A crash at
/// any moment leaves nothing visible.
public final class DumpBackup {
  /// The word for this kind of backup.
  public static final String KIND = "dump";

  /// The name of its tree.
  static final String TREE = "dump";

  private static final String CUT_LABEL = "holdfast: table for cutting dumps, 1";
  private static final String DATABASES =
      "SELECT datname, datallowconn AND pg_catalog.has_database_privilege(oid, 'CONNECT')"
          + " FROM pg_catalog.pg_database WHERE NOT datistemplate";

  private final EngineContext context;
  private final Repository repository;

  public DumpBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs one backup.
  public DumpBackupReport run(Settings settings, DumpRequest request) {
    ConnectionUrl url = directUrl(settings);
    return Failures.translate(
        "dump",
        () -> {
          try {
            return backUp(settings, request, url);
          } catch (ServerErrorException e) {
            throw DumpFailures.translate("dump of " + url, url.user(), e);
          }
        });
  }

  private DumpBackupReport backUp(Settings settings, DumpRequest request, ConnectionUrl url)
      throws IOException {
    Instant startedAt = context.clock().instant();
    List<String> warnings = new ArrayList<>();
    try (BackupSession session = repository.beginSession(settings.domain());
        ScratchDirectory scratch = ScratchDirectory.make("holdfast-dump")) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent =
          catalog.newest(
              settings.source(),
              backup ->
                  backup.record().kind().equals(KIND)
                      && backup.record().domain().equals(settings.domain()));
      Taken taken;
      try {
        taken = take(session, url, request, treeOf(parent), scratch.path());
      } catch (CorruptRepositoryException e) {
        warnings.add(
            "the backup "
                + parent.map(backup -> backup.record().name()).orElse("before")
                + " is damaged, so this one does not build on it: "
                + e.text());
        taken = take(session, url, request, Optional.empty(), scratch.path());
      }
      warnings.addAll(taken.remarks());
      return commit(settings, request, startedAt, session, catalog, parent, taken, warnings);
    }
  }

  private static ConnectionUrl directUrl(Settings settings) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "A dump keeps one moment of the database in a session, which does not pass a pooler: put"
              + " the server's own address into DIRECT_URL or --direct-url.");
    }
    return url;
  }

  private Optional<TreeReader> treeOf(Optional<StoredSnapshot> backup) throws IOException {
    if (backup.isEmpty()) {
      return Optional.empty();
    }
    SnapshotRecord record = backup.get().record();
    return Optional.of(TreeReader.open(repository.reader(record), record.root(TREE)));
  }

  /// What was taken into a tree.
  private record Taken(
      TreeSummary tree, Server server, Map<String, DumpToc> databases, List<String> remarks) {}

  private Taken take(
      BackupSession session,
      ConnectionUrl url,
      DumpRequest request,
      Optional<TreeReader> before,
      Path scratch)
      throws IOException {
    List<String> remarks = new ArrayList<>();
    DraftTree tree = new DraftTree(session, before, context.clock().instant().getEpochSecond());
    Cutter cutter = new Cutter(seed(session.chunks().ids()));
    Server server = server(url, request, remarks);
    ClientPrograms programs =
        ClientPrograms.require(server.version() / 10_000, context.environment());
    ClientRun run =
        new ClientRun(programs, scratch, DatabaseDump.APPLICATION, context.cancellation());
    DatabaseDump dump = new DatabaseDump(context, request, tree, cutter, scratch);
    Map<String, DumpToc> databases = new LinkedHashMap<>();
    for (String database : server.databases()) {
      databases.put(database, dump.dump(url.withDatabase(database), run, remarks));
    }
    globals(url, run, new DraftFiles(tree, cutter), remarks);
    return new Taken(tree.finish(), server, databases, remarks);
  }

  private void globals(ConnectionUrl url, ClientRun run, DraftFiles files, List<String> remarks)
      throws IOException {
    try {
      Path script = SchemaArchive.globals(run, url, remarks);
      files.put(DumpPaths.GLOBALS, script);
    } catch (BackupException e) {
      if (e.code() != ErrorCode.CLIENT_PROGRAM_FAILED) {
        throw e;
      }
      remarks.add("roles are not in the dump: " + e.text());
    }
  }

  /// The databases to dump, in the order of their paths; and which they are.
  private record Server(int version, List<String> databases, Map<String, String> identities) {}

  private Server server(ConnectionUrl url, DumpRequest request, List<String> remarks)
      throws IOException {
    try (DatabaseSession session =
        DatabaseSession.open(url, DatabaseDump.APPLICATION, Map.of(), context.cancellation())) {
      List<String> databases =
          switch (request.scope()) {
            case ALL -> all(session, remarks);
            case NAMED ->
                request.databases().isEmpty() ? List.of(url.database()) : request.databases();
          };
      return new Server(
          session.versionNum(),
          databases.stream()
              .distinct()
              .sorted(Comparator.comparing(DumpPaths::database, TreeNames.ORDER))
              .toList(),
          DatabaseIdentity.all(session));
    }
  }

  /// All that let us in; the others are named.
  private static List<String> all(DatabaseSession session, List<String> remarks)
      throws IOException {
    List<String> databases = new ArrayList<>();
    for (List<String> row : session.query(DATABASES)) {
      if (row.get(1).equals("t")) {
        databases.add(row.getFirst());
      } else {
        remarks.add(
            "database " + row.getFirst() + " is not in the dump: the role may not connect to it");
      }
    }
    return databases;
  }

  /// A number that only holders of the key domain know.
  static long seed(ChunkIds ids) {
    byte[] label = CUT_LABEL.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(ids.of(ChunkType.ROOT, label, 0, label.length).toBytes()).getLong();
  }

  private DumpBackupReport commit(
      Settings settings,
      DumpRequest request,
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
            DumpAttributes.of(
                request,
                taken.server().databases(),
                taken.server().identities(),
                taken.server().version()),
            new TreeMap<>(Map.of(TREE, taken.tree().root())));
    return new DumpBackupReport(session.commit(record), summaries(taken), warnings);
  }

  private static List<DumpBackupReport.Database> summaries(Taken taken) {
    List<DumpBackupReport.Database> summaries = new ArrayList<>();
    taken
        .databases()
        .forEach(
            (name, toc) ->
                summaries.add(
                    new DumpBackupReport.Database(
                        name, toc.tables().size(), toc.rows(), toc.bytes(), toc.largeObjects())));
    return summaries;
  }
}
