package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.DatabaseIdentity;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.dump.AfterRestore;
import io.holdfast.engine.tenant.ErasureReport.Outcome;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.Repository;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.TenantErasure;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Deletes from a database what was erased, all of it in one transaction or nothing. It may be
/// repeated at any time: what is not there is passed over. A preview does the same and takes it
/// back, so what it counts is what is deleted.
public final class ErasureRun {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(60);

  private final EngineContext context;
  private final Repository repository;

  public ErasureRun(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// What is to be done.
  ///
  /// @param source whose erasures
  /// @param database by which name they know it; empty to find that out
  /// @param map of the scope of this name, instead of those that were written down
  public record Request(
      String source, Optional<String> database, Optional<Path> map, Mode mode, Duration lockWait) {}

  /// How far it goes.
  public enum Mode {
    PREVIEW,
    APPLY
  }

  /// In the database of the settings.
  ///
  /// @param confirmed the name of the database once more; nothing is deleted without it
  /// @throws BackupException `BAD_ARGUMENT` if that is another one; `ERASURE_BLOCKED` if rows that
  ///   stay point to what is to be deleted
  public ErasureReport run(Settings settings, Request request, String confirmed) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (request.mode() == Mode.APPLY && !confirmed.equals(url.database())) {
      throw Erasures.bad(
          "nothing was done, because deleting rows cannot be undone and was not confirmed",
          "See what would be done with --dry-run, then repeat the name of the database, '"
              + url.database()
              + "', with --confirm.");
    }
    return run(url, request, Optional.empty());
  }

  private ErasureReport run(ConnectionUrl url, Request request, Optional<KnownAs> knownAs) {
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "Put the server's own address into DIRECT_URL or --direct-url.");
    }
    String what = "erase in " + url.database();
    return Failures.translate(
        what,
        () -> {
          try {
            return erase(url, request, knownAs);
          } catch (ServerErrorException e) {
            throw TenantTarget.translate(what, url.user(), e);
          }
        });
  }

  /// What a restore of a dump does in the end. Rows are deleted only where all of the database came
  /// from the dump: elsewhere a row with the same key may be somebody else. What was erased is read
  /// now too, so that a restore is not begun whose end nobody knows.
  ///
  /// @param map of the scope of this name, instead of those that were written down
  public AfterRestore afterRestore(Optional<Path> map) {
    Erasures _ = Failures.translate("look for what was erased", () -> Erasures.of(repository));
    return (origin, restored, extent) -> {
      String database = origin.database();
      KnownAs knownAs = KnownAs.of(origin.source(), database, origin.identity());
      List<Erasure> known = Erasures.of(repository).of(knownAs);
      if (known.isEmpty()) {
        return List.of();
      }
      return switch (extent) {
        case WHOLE ->
            run(
                    restored,
                    new Request(origin.source(), Optional.of(database), map, Mode.APPLY, LOCK_WAIT),
                    Optional.of(knownAs))
                .describe();
        case PART -> notApplied(known, database);
      };
    };
  }

  private static List<String> notApplied(List<Erasure> known, String database) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "ERASED ROWS MAY BE BACK: "
            + known.size()
            + (known.size() == 1 ? " erasure" : " erasures")
            + " of database '"
            + database
            + "' were not applied, because other rows than those of the dump are there. What they"
            + " would delete is shown by:");
    known.stream()
        .map(Erasure::origin)
        .map(
            origin ->
                "  holdfast erasure apply --source "
                    + Quoted.inShell(origin.source())
                    + " --database "
                    + Quoted.inShell(origin.database())
                    + " --url URL --dry-run")
        .distinct()
        .forEach(lines::add);
    return lines;
  }

  /// One tenant of one scope.
  private record Tenant(String scope, String id) {}

  private ErasureReport erase(ConnectionUrl url, Request request, Optional<KnownAs> knownAs)
      throws IOException {
    Erasures known = Erasures.of(repository);
    List<Erasure> chosen =
        knownAs.isPresent() ? known.of(knownAs.get()) : chosen(known, url, request);
    Map<Tenant, Set<ErasedRow>> rows = new LinkedHashMap<>();
    for (Erasure erasure : chosen) {
      rows.computeIfAbsent(
              new Tenant(erasure.scope(), erasure.tenant()), _ -> new LinkedHashSet<>())
          .add(erasure.row());
    }
    if (rows.isEmpty()) {
      return new ErasureReport(url.toString(), 0, List.of(), List.of(), Outcome.UNCHANGED);
    }
    ErasureMaps choice = new ErasureMaps(repository, known, request.source(), request.map());
    Map<String, ScopeMap> maps = maps(choice, url, rows.keySet());
    try (DatabaseSession session =
        DatabaseSession.open(
            url,
            TenantTarget.APPLICATION,
            TenantTarget.settings(request.lockWait()),
            context.cancellation())) {
      for (Tenant tenant : rows.keySet()) {
        TenantTarget.lockTenant(session, map(maps, tenant), tenant.id());
      }
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE");
      for (ScopeMap map : maps.values()) {
        TenantTarget.lockTables(session, map, TenantTarget.Use.CHANGE);
      }
      Catalog catalog = catalog(url, maps);
      List<ErasureReport.Tenant> done = new ArrayList<>();
      for (Map.Entry<Tenant, Set<ErasedRow>> entry : rows.entrySet()) {
        context.cancellation().throwIfRequested();
        done.add(
            one(
                session,
                catalog,
                map(maps, entry.getKey()),
                choice.unknown(),
                entry.getKey().id(),
                entry.getValue()));
      }
      ErasureReport found =
          new ErasureReport(
              url.toString(), chosen.size(), done, choice.remarks(), Outcome.PREVIEWED);
      return concluded(session, found, request.mode());
    }
  }

  private static ScopeMap map(Map<String, ScopeMap> maps, Tenant tenant) {
    return java.util.Objects.requireNonNull(maps.get(tenant.scope()));
  }

  private static Catalog catalog(ConnectionUrl url, Map<String, ScopeMap> maps) {
    try (SqlConnection sql = SqlConnection.open(url, TenantTarget.APPLICATION)) {
      Catalog catalog = CatalogReader.read(sql);
      maps.values().forEach(map -> TenantTarget.requireFit(map, catalog, sql));
      return catalog;
    }
  }

  private ErasureReport.Tenant one(
      DatabaseSession session,
      Catalog catalog,
      ScopeMap map,
      Set<QualifiedName> unknown,
      String id,
      Set<ErasedRow> rows)
      throws IOException {
    context.progress().phase("erase " + map.name() + " " + id, 0);
    TenantErasure erasure =
        new TenantErasure(session, context.cancellation(), map, catalog, id, unknown);
    RestorePlan plan = erasure.plan(rows);
    var files = erasure.files();
    long objects = plan.blocked() > 0 ? 0 : erasure.apply(plan);
    erasure.end();
    return new ErasureReport.Tenant(
        map.name(),
        id,
        plan,
        objects,
        files,
        erasure.alongside(),
        erasure.unknown().stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.table().text(), TreeMap::new, Collectors.counting())));
  }

  private static ErasureReport concluded(DatabaseSession session, ErasureReport found, Mode mode)
      throws IOException {
    if (found.blocked() > 0) {
      session.query("ROLLBACK");
      return switch (mode) {
        case PREVIEW -> found.with(Outcome.BLOCKED);
        case APPLY ->
            throw new BackupException(
                ErrorCode.ERASURE_BLOCKED,
                found.blocked()
                    + " rows cannot be deleted: "
                    + found.obstacles()
                    + found.remarks().stream()
                        .map(remark -> "; " + remark)
                        .collect(Collectors.joining()),
                "Nothing was deleted. Delete or change what points to them, or erase that too, and"
                    + " try again; 'holdfast erasure apply --dry-run' shows all of it. Of a dump,"
                    + " give a scope map that says whose these rows are, with --scope FILE, or"
                    + " restore it with --without-erasures first.");
      };
    }
    return switch (mode) {
      case PREVIEW -> {
        session.query("ROLLBACK");
        yield found;
      }
      case APPLY -> {
        session.query("COMMIT");
        yield found.with(found.rows() == 0 ? Outcome.UNCHANGED : Outcome.DONE);
      }
    };
  }

  /// Those of this database: a row with the same key in another one may be somebody else.
  private static List<Erasure> chosen(Erasures known, ConnectionUrl url, Request request) {
    if (request.database().isPresent()) {
      String name = request.database().get();
      List<Erasure> named = known.of(KnownAs.of(request.source(), name, Optional.empty()));
      if (named.isEmpty()) {
        throw Erasures.bad(
            "nothing was erased in a database '" + name + "' of source '" + request.source() + "'",
            "'holdfast erasure list' shows of which databases and sources something was.");
      }
      return named;
    }
    Optional<String> identity;
    try (SqlConnection sql = SqlConnection.open(url, TenantTarget.APPLICATION)) {
      identity = DatabaseIdentity.of(sql);
    }
    List<Erasure> own = known.of(KnownAs.of(request.source(), url.database(), identity));
    Set<String> databases = new TreeSet<>();
    known
        .of(new KnownAs(request.source(), Set.of(), Set.of()))
        .forEach(erasure -> databases.add(erasure.origin().database()));
    if (own.isEmpty() && !databases.isEmpty()) {
      throw Erasures.bad(
          "the erasures of source '"
              + request.source()
              + "' are of "
              + String.join(", ", databases)
              + ", and none of "
              + url.database(),
          "If it is a restored one of these, say of which, with --database NAME.");
    }
    return own;
  }

  private static Map<String, ScopeMap> maps(
      ErasureMaps choice, ConnectionUrl url, Set<Tenant> tenants) throws IOException {
    try (SqlConnection sql = SqlConnection.open(url, TenantTarget.APPLICATION)) {
      return choice.choose(
          sql, tenants.stream().map(Tenant::scope).collect(Collectors.toCollection(TreeSet::new)));
    }
  }
}
