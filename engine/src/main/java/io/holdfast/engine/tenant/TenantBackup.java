package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.files.content.Cutter;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.DumpSnapshot;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.check.CheckReport;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Backs up what belongs to one row of a scope's root: rows of all owned tables, of one moment,
/// what they point to by natural keys, large objects and files. It goes into a key domain of its
/// own, so that it can be destroyed alone. A crash at any moment leaves nothing visible.
public final class TenantBackup {
  /// The word for this kind of backup.
  public static final String KIND = "tenant";

  /// The name of its tree.
  static final String TREE = "tenant";

  private static final String APPLICATION = "holdfast tenant";
  private static final String CUT_LABEL = "holdfast: table for cutting tenants, 1";

  private final EngineContext context;
  private final Repository repository;

  public TenantBackup(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs one backup.
  public TenantBackupReport run(Settings settings, TenantBackupRequest request) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "Put the server's own address into DIRECT_URL or --direct-url.");
    }
    String what = "backup of tenant " + request.id();
    return Failures.translate(
        what,
        () -> {
          try {
            return backUp(settings, request, url);
          } catch (ServerErrorException e) {
            throw DumpFailures.translate(what, url.user(), e);
          }
        });
  }

  private TenantBackupReport backUp(
      Settings settings, TenantBackupRequest request, ConnectionUrl url) throws IOException {
    Instant startedAt = context.clock().instant();
    List<String> warnings = new ArrayList<>();
    ScopeMap map = checkedMap(request, url);
    String domain = TenantDomain.of(map.name(), request.id());
    try (BackupSession session = repository.beginSession(domain);
        DumpSnapshot snapshot =
            DumpSnapshot.take(
                url, APPLICATION, request.lockWait(), context.cancellation(), tables(map))) {
      BackupCatalog catalog = BackupCatalog.of(repository);
      Optional<StoredSnapshot> parent =
          catalog.newest(
              settings.source(),
              backup ->
                  backup.record().kind().equals(KIND) && backup.record().domain().equals(domain));
      // Without times of their own: what has not changed costs nothing.
      DraftTree tree = new DraftTree(session, treeOf(parent), 0);
      Cutter cutter = new Cutter(seed(session.chunks().ids()));
      TenantToc toc = read(map, request, url, snapshot, tree, cutter, warnings);
      return commit(
          settings, request, startedAt, session, catalog, parent, tree.finish(), toc, warnings);
    }
  }

  /// The map, held against the database.
  private static ScopeMap checkedMap(TenantBackupRequest request, ConnectionUrl url) {
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      Catalog catalog = CatalogReader.read(sql);
      ScopeMap map = Scopes.load(request.map(), catalog);
      CheckReport report = ScopeCheck.check(map, catalog, sql);
      if (!report.isFit()) {
        throw new BackupException(
            ErrorCode.SCOPE_MAP_UNSUITABLE,
            "scope map "
                + request.map()
                + " does not fit the database: "
                + report.describe().getFirst().strip(),
            "'holdfast scope check " + request.map() + "' lists everything.");
      }
      return map;
    }
  }

  private static Predicate<SqlName> tables(ScopeMap map) {
    Set<SqlName> wanted =
        Stream.concat(map.owned().keySet().stream(), map.referenced().keySet().stream())
            .map(name -> new SqlName(name.schema(), name.name()))
            .collect(Collectors.toSet());
    return wanted::contains;
  }

  private Optional<TreeReader> treeOf(Optional<StoredSnapshot> backup) throws IOException {
    if (backup.isEmpty()) {
      return Optional.empty();
    }
    SnapshotRecord record = backup.get().record();
    return Optional.of(TreeReader.open(repository.reader(record), record.root(TREE)));
  }

  private TenantToc read(
      ScopeMap map,
      TenantBackupRequest request,
      ConnectionUrl url,
      DumpSnapshot snapshot,
      DraftTree tree,
      Cutter cutter,
      List<String> warnings)
      throws IOException {
    Catalog catalog = catalogNow(url);
    snapshot.session().query("SET LOCAL jit = off");
    ScopeQueries queries = new ScopeQueries(map, catalog, ScopeId.of(request.id()));
    TenantReading reading =
        new TenantReading(context, snapshot.session(), queries, request, tree, cutter, warnings);
    reading.requireRoot(map);
    context.progress().phase("tenant " + request.id(), 0);
    List<TenantToc.Leak> leaks = reading.leaks();
    List<TenantToc.Group> files = reading.files(map);
    List<TenantToc.Group> largeObjects = reading.largeObjects(map);
    List<TenantToc.Reference> references = reading.references();
    SchemaText schema = SchemaText.of(catalog, map);
    String text = ScopeMapWriter.write(map.withSchema(schema), Map.of());
    reading.text(TenantPaths.SCOPE, text.getBytes(StandardCharsets.UTF_8));
    List<TenantToc.Table> tables = reading.tables();
    TenantToc toc =
        new TenantToc(
            map.name(),
            request.id(),
            schema.fingerprint(),
            "UTF8",
            snapshot.session().versionNum(),
            tables,
            references,
            largeObjects,
            files,
            leaks);
    reading.text(TenantPaths.TOC, toc.encode());
    return toc;
  }

  /// As it is since the tables were locked.
  private static Catalog catalogNow(ConnectionUrl url) {
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      return CatalogReader.read(sql);
    }
  }

  /// A number that only holders of the key domain know.
  private static long seed(ChunkIds ids) {
    byte[] label = CUT_LABEL.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(ids.of(ChunkType.ROOT, label, 0, label.length).toBytes()).getLong();
  }

  private TenantBackupReport commit(
      Settings settings,
      TenantBackupRequest request,
      Instant startedAt,
      BackupSession session,
      BackupCatalog catalog,
      Optional<StoredSnapshot> parent,
      TreeSummary tree,
      TenantToc toc,
      List<String> warnings)
      throws IOException {
    context.progress().phase("publish", 0);
    context.cancellation().throwIfRequested();
    SortedMap<String, String> attributes = new TreeMap<>();
    attributes.put("scope", toc.scope());
    attributes.put("scopeId", toc.id());
    attributes.put("schemaFingerprint", toc.fingerprint());
    SnapshotRecord record =
        new SnapshotRecord(
            BackupName.of(
                settings.source(),
                toc.scope(),
                startedAt,
                catalog.all().stream()
                    .map(backup -> backup.record().name())
                    .collect(Collectors.toSet())),
            settings.source(),
            KIND,
            toc.scope(),
            parent.map(backup -> backup.record().name()),
            startedAt,
            context.clock().instant(),
            tree.logicalBytes(),
            session.storedBytes(),
            tree.files(),
            attributes,
            new TreeMap<>(Map.of(TREE, tree.root())));
    return new TenantBackupReport(session.commit(record), request.id(), summaries(toc), warnings);
  }

  private static List<TenantBackupReport.Table> summaries(TenantToc toc) {
    return toc.tables().stream()
        .map(table -> new TenantBackupReport.Table(table.exportName(), table.rows()))
        .toList();
  }
}
