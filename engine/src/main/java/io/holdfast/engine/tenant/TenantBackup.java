package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.DatabaseIdentity;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.DumpSnapshot;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.closure.OuterScope;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Backs up what belongs to one row of a scope's root: rows of all owned tables, of one moment,
/// what they point to by natural keys, large objects and files. It goes into a key domain of its
/// own, so that it can be destroyed alone. A crash at any moment leaves nothing visible.
public final class TenantBackup {
  /// The word for this kind of backup.
  public static final String KIND = TenantDraft.KIND;

  private static final String APPLICATION = "holdfast tenant";

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

  private TenantBackupReport backUp(Settings settings, TenantBackupRequest asked, ConnectionUrl url)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    ScopeMap map = checkedMap(asked, url);
    SortedSet<QualifiedName> skipped = OwnedNames.of(asked.skipped(), map);
    if (skipped.contains(map.root().table())) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          map.root().table() + " is the root of scope " + map.name() + " and cannot be left out",
          "Leave --skip " + map.root().table() + " out: it is one row.");
    }
    Optional<Enclosing> enclosing = enclosing(asked, map, url);
    TenantBackupRequest request = asked.withId(TenantIds.ofRow(map, url, asked.id()));
    if (enclosing.isPresent()) {
      enclosing.get().requireOwn(map, url, request.id(), asked.id());
    }
    String domain = TenantDomain.of(map.name(), request.id());
    try (AssetStores stores = AssetStores.open(context, request.stores());
        BackupSession session = repository.beginSession(domain);
        DumpSnapshot snapshot =
            DumpSnapshot.take(
                url,
                APPLICATION,
                request.lockWait(),
                context.cancellation(),
                tables(map, enclosing))) {
      TenantDraft draft = new TenantDraft(context, repository, session, settings.source(), domain);
      Now now = now(url);
      snapshot.session().query("SET LOCAL jit = off");
      Optional<OuterScope> outer = enclosing.map(around -> around.around(map, now.catalog()));
      if (outer.isPresent()) {
        requireWithin(outer.get(), snapshot.session(), request.id(), asked.id());
      }
      requireRoot(map, now.catalog(), snapshot.session(), request.id());
      OwnAssets own = OwnAssets.of(map, request.id(), now.catalog(), enclosing, outer);
      TenantToc toc =
          draft.read(map, now.catalog(), snapshot.session(), request, stores, own, warnings);
      Map<String, String> attributes = new TreeMap<>();
      now.identity().ifPresent(identity -> attributes.put(TenantDraft.DATABASE, identity));
      number(attributes, TenantDraft.SKIPPED, skipped.stream().map(QualifiedName::text).toList());
      number(attributes, TenantDraft.WITHOUT, request.without().stream().sorted().toList());
      request.labels().forEach((name, value) -> attributes.put(TenantDraft.LABEL + name, value));
      StoredSnapshot made = draft.commit(KIND, toc, attributes);
      return new TenantBackupReport(made, request.id(), summaries(toc), warnings);
    }
  }

  private static void number(Map<String, String> attributes, String name, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      attributes.put(name + i, values.get(i));
    }
  }

  /// @throws BackupException `BAD_ARGUMENT` if the root's table has no row of this id
  private static void requireRoot(ScopeMap map, Catalog catalog, DatabaseSession session, String id)
      throws IOException {
    if (session.value(new ScopeQueries(map, catalog, ScopeId.of(id)).root()).equals("0")) {
      throw TenantRows.noRow(map, id);
    }
  }

  /// The same of a root that has to be somebody's, with all that is to be read.
  ///
  /// @param shown the id as the caller gave it
  /// @throws BackupException `BAD_ARGUMENT` if it is not there or somebody else's;
  ///   `SCOPE_MAP_UNSUITABLE` if rows below it are
  private static void requireWithin(
      OuterScope outer, DatabaseSession session, String id, String shown) throws IOException {
    outer.requireRoot(session, id, shown);
    Optional<String> strangers = outer.strangers(session, id);
    if (strangers.isPresent()) {
      throw new BackupException(
          ErrorCode.SCOPE_MAP_UNSUITABLE,
          strangers.get(),
          "Say whose they are in the database, or correct the scope map.");
    }
  }

  /// The map, held against the database.
  private static ScopeMap checkedMap(TenantBackupRequest request, ConnectionUrl url) {
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      return Scopes.loadFit(request.map(), CatalogReader.read(sql), sql);
    }
  }

  private static Optional<Enclosing> enclosing(
      TenantBackupRequest asked, ScopeMap map, ConnectionUrl url) throws IOException {
    if (asked.within().isEmpty()) {
      return Optional.empty();
    }
    Enclosing enclosing = Enclosing.of(asked.within().get(), url);
    // Whether the maps go together is said before anything of an id that came from outside.
    enclosing.requireAround(map);
    return Optional.of(enclosing);
  }

  /// Those that are read, and those by which it is known whose the rows are.
  private static Predicate<SqlName> tables(ScopeMap map, Optional<Enclosing> enclosing) {
    Stream<QualifiedName> above =
        enclosing.stream().flatMap(outer -> outer.map().owned().keySet().stream());
    Stream<QualifiedName> read =
        Stream.concat(map.owned().keySet().stream(), map.referenced().keySet().stream());
    Set<SqlName> wanted =
        Stream.concat(read, above)
            .map(name -> new SqlName(name.schema(), name.name()))
            .collect(Collectors.toSet());
    return wanted::contains;
  }

  /// What the database is since the tables were locked.
  private record Now(Catalog catalog, Optional<String> identity) {}

  private static Now now(ConnectionUrl url) {
    try (SqlConnection sql = SqlConnection.open(url, APPLICATION)) {
      return new Now(CatalogReader.read(sql), DatabaseIdentity.of(sql));
    }
  }

  private static List<TenantBackupReport.Table> summaries(TenantToc toc) {
    return toc.tables().stream()
        .map(table -> new TenantBackupReport.Table(table.exportName(), table.rows()))
        .toList();
  }
}
