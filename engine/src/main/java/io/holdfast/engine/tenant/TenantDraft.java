package io.holdfast.engine.tenant;

import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupName;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.CutWriter;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.files.content.Cutter;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// A backup of one tenant that is being written, from a session that sees one moment. Nothing of it
/// is visible before [#commit]. *Confined.*
final class TenantDraft {
  /// The word for backups of tenants.
  static final String KIND = "tenant";

  /// The word for those that a restore makes of what it is about to change.
  static final String SAFETY_KIND = "tenant-safety";

  /// The name of their tree.
  static final String TREE = "tenant";

  static final String SCOPE = "scope";
  static final String SCOPE_ID = "scopeId";
  static final String DATABASE = "database";

  /// Owned tables whose rows, and groups of assets that are left out, numbered from 0.
  static final String SKIPPED = "skipped.";

  static final String WITHOUT = "without.";

  /// Labels, with their names behind it.
  static final String LABEL = "label.";

  /// What the schema was that the map was made for.
  static final String FINGERPRINT = "schemaFingerprint";

  /// The operation of a copy.
  static final String OPERATION = "operation";

  /// The transaction of the database in which a restore did its work.
  static final String TRANSACTION = "transaction";

  /// The id that the tenant had which was copied.
  static final String COPIED = "copied";

  private static final String CUT_LABEL = "holdfast: table for cutting tenants, 1";

  private final EngineContext context;
  private final BackupSession session;
  private final BackupCatalog catalog;
  private final String source;
  private final Optional<StoredSnapshot> parent;
  private final DraftTree tree;
  private final CutWriter writer;
  private final Instant startedAt;

  /// @param session in the key domain of the tenant; the caller closes it
  TenantDraft(
      EngineContext context,
      Repository repository,
      BackupSession session,
      String source,
      String domain)
      throws IOException {
    this.context = context;
    this.session = session;
    this.source = source;
    this.startedAt = context.clock().instant();
    this.catalog = BackupCatalog.of(repository);
    this.parent = catalog.newest(source, backup -> isOf(backup.record(), domain));
    Optional<TreeReader> before = Optional.empty();
    if (parent.isPresent()) {
      SnapshotRecord record = parent.get().record();
      before = Optional.of(TreeReader.open(repository.reader(record), record.root(TREE)));
    }
    // Without times of their own: what has not changed costs nothing.
    this.tree = new DraftTree(session, before, 0);
    this.writer = new CutWriter(tree.writer(), new Cutter(seed(session.chunks().ids())));
  }

  private static boolean isOf(SnapshotRecord record, String domain) {
    return (record.kind().equals(KIND) || record.kind().equals(SAFETY_KIND))
        && record.domain().equals(domain);
  }

  /// A number that only holders of the key domain know.
  static long seed(ChunkIds ids) {
    byte[] label = CUT_LABEL.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(ids.of(ChunkType.ROOT, label, 0, label.length).toBytes()).getLong();
  }

  /// Reads everything of the tenant.
  ///
  /// @param from in a transaction that sees one moment, in which `jit` is off
  /// @param schema what the database has at that moment
  TenantToc read(
      ScopeMap map,
      Catalog schema,
      DatabaseSession from,
      TenantBackupRequest request,
      AssetStores stores,
      OwnAssets own,
      List<String> warnings)
      throws IOException {
    ScopeQueries queries = new ScopeQueries(map, schema, ScopeId.of(request.id()));
    TenantReading reading =
        new TenantReading(
            context,
            from,
            queries,
            request,
            OwnedNames.of(request.skipped(), map),
            stores,
            own,
            tree,
            writer,
            warnings);
    context.progress().phase("tenant " + request.id(), 0);
    List<TenantToc.Leak> leaks = reading.leaks();
    List<TenantToc.Group> files = reading.files(map);
    List<TenantToc.Group> largeObjects = reading.largeObjects(map);
    List<TenantToc.Reference> references = reading.references();
    SchemaText text = SchemaText.of(schema, map);
    String written = ScopeMapWriter.write(map.withSchema(text), Map.of());
    reading.text(TenantPaths.SCOPE, written.getBytes(StandardCharsets.UTF_8));
    List<TenantToc.Table> tables = reading.tables();
    TenantToc toc =
        new TenantToc(
            map.name(),
            request.id(),
            text.fingerprint(),
            "UTF8",
            from.versionNum(),
            tables,
            references,
            largeObjects,
            files,
            leaks);
    reading.text(TenantPaths.TOC, toc.encode());
    return toc;
  }

  /// Adds rows of a query, behind everything else; paths come in their order.
  void add(String path, DatabaseSession from, String sql) throws IOException {
    writer.begin(tree.before(path));
    from.copyOut("COPY (" + sql + ") TO STDOUT (ENCODING 'UTF8')", writer::write);
    tree.put(path, writer.finish());
  }

  /// Adds a file.
  void add(String path, byte[] bytes) throws IOException {
    writer.begin(tree.before(path));
    writer.write(bytes, 0, bytes.length);
    tree.put(path, writer.finish());
  }

  /// Publishes it.
  ///
  /// @param attributes beside those that every backup of a tenant has
  StoredSnapshot commit(String kind, TenantToc toc, Map<String, String> attributes)
      throws IOException {
    TreeSummary summary = tree.finish();
    context.progress().phase("publish", 0);
    context.cancellation().throwIfRequested();
    SortedMap<String, String> all = new TreeMap<>(attributes);
    all.put(SCOPE, toc.scope());
    all.put(SCOPE_ID, toc.id());
    all.put(FINGERPRINT, toc.fingerprint());
    Set<String> names =
        catalog.all().stream().map(backup -> backup.record().name()).collect(Collectors.toSet());
    return session.commit(
        new SnapshotRecord(
            BackupName.of(source, toc.scope(), startedAt, names),
            source,
            kind,
            toc.scope(),
            parent.map(backup -> backup.record().name()),
            startedAt,
            context.clock().instant(),
            summary.logicalBytes(),
            session.storedBytes(),
            summary.files(),
            all,
            new TreeMap<>(Map.of(TREE, summary.root()))));
  }
}
