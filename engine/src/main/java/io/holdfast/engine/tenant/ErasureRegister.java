package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.Quoted;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.DatabaseIdentity;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.backup.PhysicalFacts;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.restore.RestorePlan;
import io.holdfast.engine.tenant.Erasure.Extent;
import io.holdfast.engine.tenant.Erasure.Origin;
import io.holdfast.engine.tenant.Erasure.Withdrawal;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.ErasureLog;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Writes down what was erased, and shows it. Nothing is deleted by that.
public final class ErasureRegister {
  private static final Duration LOCK_WAIT = Duration.ofSeconds(60);
  private static final int MAPS_MAX = 20;

  private final EngineContext context;
  private final Repository repository;

  public ErasureRegister(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Adds an erasure. The rows need not be there any more, but the tables have to be.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the row is another tenant's, or is not named by the
  ///   key of its table
  public ScopeAnswer add(Settings settings, ErasureRequest request) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    String what = "erasure of " + request.id();
    return Failures.translate(
        what,
        () -> {
          try {
            return add(settings.source(), url, request);
          } catch (ServerErrorException e) {
            throw TenantTarget.translate(what, url.user(), e);
          }
        });
  }

  private ScopeAnswer add(String source, ConnectionUrl url, ErasureRequest request)
      throws IOException {
    Catalog catalog;
    Optional<String> identity;
    ScopeMap map;
    try (SqlConnection sql = SqlConnection.open(url, TenantTarget.APPLICATION)) {
      catalog = CatalogReader.read(sql);
      identity = DatabaseIdentity.of(sql);
      map = map(source, request.scope(), catalog);
      TenantTarget.requireFit(map, catalog, sql);
    }
    Erasure erasure;
    boolean isThere;
    try (DatabaseSession session =
        DatabaseSession.open(
            url,
            TenantTarget.APPLICATION,
            TenantTarget.settings(LOCK_WAIT),
            context.cancellation())) {
      ErasureNaming naming = new ErasureNaming(session, map, catalog);
      String tenant = naming.tenant(request.id());
      ErasedRow row =
          request.table().isEmpty()
              ? new ErasedRow(map.root().table(), new TreeMap<>(Map.of(map.root().key(), tenant)))
              : naming.row(request.table().get(), request.key());
      isThere = naming.isThere(row, tenant);
      erasure =
          new Erasure(
              "",
              context.clock().instant(),
              request.by(),
              request.reason(),
              new Origin(source, url.database(), identity),
              map.name(),
              tenant,
              request.table().isEmpty() ? Extent.TENANT : Extent.ROW,
              row,
              "",
              Optional.empty());
    }
    String text = ScopeMapWriter.write(map.withSchema(SchemaText.of(catalog, map)), Map.of());
    return added(erasure, text, isThere ? "it is still there: " : "it is not there now: ");
  }

  private ScopeAnswer added(Erasure erasure, String map, String there) throws IOException {
    Erasures known = Erasures.of(repository);
    Optional<Erasure> twin =
        known.all().stream().filter(Erasure::holds).filter(erasure::isTwinOf).findFirst();
    if (twin.isPresent()) {
      return answer(
          twin.get(), List.of(twin.get().text() + " was erased already: " + twin.get().id()));
    }
    ErasureLog log = repository.erasures();
    Optional<String> recorded = known.mapId(map);
    String mapId =
        recorded.isPresent() ? recorded.get() : log.add(new ErasureRecord.OfMap(map).encode());
    Erasure named = erasure.withMap(mapId);
    Erasure made = named.withId(log.add(new ErasureRecord.OfErasure(named).encode()));
    return answer(
        made,
        List.of(
            "erased: " + made.text() + ", as " + made.id(),
            there
                + "restores from this repository leave it out; 'holdfast erasure apply' deletes it"
                + " where it is"));
  }

  private static ScopeAnswer answer(Erasure erasure, List<String> lines) {
    return new ScopeAnswer(erasure.toMap(), lines, 0);
  }

  /// The map of a file, or of the newest backup of any tenant of the scope.
  private ScopeMap map(String source, Scope scope, Catalog catalog) throws IOException {
    return switch (scope) {
      case Scope.OfFile(Path file) -> Scopes.load(file, catalog);
      case Scope.OfBackup(String name) ->
          ofBackups(repository, source, name).stream()
              .findFirst()
              .orElseThrow(
                  () ->
                      Erasures.bad(
                          "no backup of a tenant has a scope map of the name " + name,
                          "Give the map's file, with --scope FILE."));
    };
  }

  /// The maps of backups that we made ourselves, one for each schema, the newest first.
  static List<ScopeMap> ofBackups(Repository repository, String source, String scope)
      throws IOException {
    Map<String, StoredSnapshot> bySchema = new LinkedHashMap<>();
    for (StoredSnapshot backup : BackupCatalog.of(repository).ofSource(source).reversed()) {
      Map<String, String> attributes = backup.record().attributes();
      if (backup.record().kind().equals(TenantDraft.KIND)
          && scope.equals(attributes.get(TenantDraft.SCOPE))
          && !attributes.containsKey(TenantContents.IMPORTED_FROM)) {
        bySchema.putIfAbsent(attributes.getOrDefault(TenantDraft.FINGERPRINT, ""), backup);
      }
    }
    List<ScopeMap> maps = new ArrayList<>();
    for (StoredSnapshot backup : bySchema.values().stream().limit(MAPS_MAX).toList()) {
      try {
        maps.add(TenantContents.of(repository, backup).map());
      } catch (CorruptRepositoryException _) {
        // Another one may do; where none does, a map is asked for.
      }
    }
    return maps;
  }

  /// All erasures of a source, or of all; also those that were withdrawn.
  public ScopeAnswer list(Optional<String> source) {
    return Failures.translate(
        "list what was erased",
        () -> {
          List<Erasure> some =
              Erasures.of(repository).all().stream()
                  .filter(one -> source.map(one.origin().source()::equals).orElse(true))
                  .toList();
          List<String> lines = new ArrayList<>();
          for (Erasure erasure : some) {
            lines.add(erasure.id() + "  " + erasure.at() + "  " + erasure.text());
            lines.add(
                "    of "
                    + erasure.origin().database()
                    + " of source '"
                    + erasure.origin().source()
                    + "', by "
                    + erasure.by()
                    + (erasure.reason().isEmpty() ? "" : ": " + erasure.reason()));
            erasure
                .withdrawn()
                .ifPresent(
                    it ->
                        lines.add(
                            "    withdrawn "
                                + it.at()
                                + " by "
                                + it.by()
                                + (it.reason().isEmpty() ? "" : ": " + it.reason())));
          }
          if (some.isEmpty()) {
            lines.add("nothing was erased");
          }
          Map<String, Object> document = new LinkedHashMap<>();
          document.put("erasures", some.stream().map(Erasure::toMap).toList());
          return new ScopeAnswer(document, lines, 0);
        });
  }

  /// Makes an erasure count no more. It stays in the list.
  ///
  /// @param id or the first characters of it
  public ScopeAnswer withdraw(String id, String by, String reason) {
    return Failures.translate(
        "withdraw erasure " + id,
        () -> {
          Erasure erasure = Erasures.of(repository).require(id);
          if (!erasure.holds()) {
            return answer(erasure, List.of(erasure.text() + " was withdrawn already"));
          }
          Withdrawal withdrawal = new Withdrawal(context.clock().instant(), by, reason);
          var record = new ErasureRecord.OfWithdrawal(erasure.id(), withdrawal);
          String _ = repository.erasures().add(record.encode());
          return answer(
              erasure.withdrawn(withdrawal),
              List.of("withdrawn: " + erasure.text() + "; restores bring it back from now on"));
        });
  }

  /// What whoever restores a whole cluster has to do: nobody can delete rows before its server
  /// runs.
  public List<String> reminder(RestorePlan plan) {
    String source = plan.backup().record().source();
    Instant restoredTo = plan.backup().record().completedAt();
    try {
      return Failures.translate(
          "look for what was erased", () -> reminder(source, cluster(plan), restoredTo));
    } catch (BackupException e) {
      // Whoever restores a whole cluster needs it now, and erases afterwards.
      return List.of(
          "ERASED ROWS MAY BE BACK: what was erased cannot be read ("
              + e.text()
              + "). When it can be read again, run 'holdfast erasure apply' for each database.");
    }
  }

  private static String cluster(RestorePlan plan) {
    return Long.toUnsignedString(
        PhysicalFacts.of(plan.backup().record().attributes()).systemIdentifier());
  }

  private List<String> reminder(String source, String cluster, Instant restoredTo)
      throws IOException {
    List<Erasure> some =
        Erasures.of(repository).all().stream()
            .filter(Erasure::holds)
            .filter(
                one ->
                    one.origin().source().equals(source)
                        || one.origin()
                            .identity()
                            .filter(identity -> DatabaseIdentity.isIn(identity, cluster))
                            .isPresent())
            .toList();
    if (some.isEmpty()) {
      return List.of();
    }
    long newer = some.stream().filter(one -> one.at().isAfter(restoredTo)).count();
    List<String> lines = new ArrayList<>();
    lines.add(
        "ERASED ROWS ARE BACK: "
            + some.size()
            + (some.size() == 1 ? " erasure" : " erasures")
            + " of source '"
            + source
            + "', "
            + newer
            + " of them newer than this backup. When the server runs, before anybody else"
            + " uses it:");
    some.stream()
        .map(one -> one.origin().database())
        .distinct()
        .sorted()
        .forEach(
            database ->
                lines.add(
                    "  holdfast erasure apply --source "
                        + Quoted.inShell(source)
                        + " --url postgresql://HOST/"
                        + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20")
                        + " --confirm "
                        + Quoted.inShell(database)));
    return lines;
  }
}
