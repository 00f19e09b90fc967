package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.Repository;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.closure.OuterScope;
import io.holdfast.tenant.restore.BackedUpReference;
import io.holdfast.tenant.restore.BackedUpTable;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.restore.TenantRestore.Source;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Brings rows of one tenant back into the database that all tenants share, or shows what that
/// would do. Before anything is changed, everything that the tenant has is backed up, with a list
/// of what is going to be changed: that backup undoes the restore. The database changes in one
/// transaction; a crash before its end leaves it as it was.
public final class TenantRestoration {
  private static final int OPERATION_BYTES = 8;

  private final EngineContext context;
  private final Repository repository;

  public TenantRestoration(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Shows or does it.
  ///
  /// @throws BackupException `PLAN_CHANGED` if the plan is another than the one that was looked at,
  ///   `RESTORE_BLOCKED` if rows cannot be restored and are not to be left out; nothing was changed
  public TenantRestoreReport run(Settings settings, TenantRestoreRequest request) {
    ConnectionUrl url = ConnectionUrl.parse(settings.requireDirectUrl());
    if (url.looksLikePooler()) {
      throw new BackupException(
          ErrorCode.POOLER_URL,
          url + " is the address of a connection pooler",
          "Put the server's own address into DIRECT_URL or --direct-url.");
    }
    String what = "restore of tenant " + request.id();
    return Failures.translate(
        what,
        () -> {
          try {
            return restore(settings, request, url);
          } catch (ServerErrorException e) {
            throw TenantTarget.translate(what, url.user(), e);
          }
        });
  }

  private TenantRestoreReport restore(
      Settings settings, TenantRestoreRequest request, ConnectionUrl url) throws IOException {
    try (AssetStores stores = AssetStores.open(context, request.stores())) {
      return restore(settings, request, url, stores);
    }
  }

  private TenantRestoreReport restore(
      Settings settings, TenantRestoreRequest request, ConnectionUrl url, AssetStores stores)
      throws IOException {
    Optional<ScopeMap> given = given(request, url);
    TenantContents contents = open(settings, request, given);
    ScopeMap map = given.isPresent() ? given.get() : mapOf(contents);
    String id = id(request, map, url);
    Optional<Enclosing> enclosing = enclosing(request, map, url, id);
    try (TenantTarget target =
        TenantTarget.open(url, map, id, use(request), request.lockWait(), context.cancellation())) {
      if (request.aim() instanceof Aim.Undo) {
        requireCommitted(contents, target);
      }
      Goal goal = goal(request, map, contents, id);
      TenantRestore rows =
          new TenantRestore(
              target.session(),
              context.cancellation(),
              map,
              target.catalog(),
              id,
              goal,
              tables(contents.toc()),
              references(contents.toc()));
      Optional<OuterScope> outer = enclosing.map(around -> around.around(map, target.catalog()));
      if (outer.isPresent()) {
        rows.within(outer.get());
      }
      OwnAssets own = OwnAssets.of(map, id, target.catalog(), enclosing, outer);
      rows.begin();
      EarlierRestores earlier = earlier(settings, map, goal, target);
      new RestoreLoading(context, contents, target).load(rows, earlier);
      rows.leaveOut(erased(contents, target, map, List.of(request.id(), id)));
      context.progress().phase("compare", 0);
      ObjectFilling objects = new ObjectFilling(contents, target.session());
      for (String group : PlannedRestore.objectGroups(map, contents, request)) {
        objects.announce(group, rows);
      }
      Source source =
          contents.database().isPresent() && contents.database().equals(target.identity())
              ? Source.THIS_DATABASE
              : Source.ANOTHER_DATABASE;
      RestorePlan plan =
          rows.plan(
              source,
              List.of(contents.name(), target.identity().orElse(url.toString()), stores.places()));
      List<String> warnings = new ArrayList<>(rows.remarks());
      AssetFiles files = new AssetFiles(context, contents, stores, own);
      files.remember(earlier.runs());
      files.plan(map, rows, goal, request);
      warnings.addAll(files.warnings());
      PlannedRestore work =
          new PlannedRestore(
              settings,
              request,
              contents,
              map,
              id,
              goal,
              target,
              rows,
              files,
              plan.with(files.texts()),
              warnings);
      return switch (request.mode()) {
        case Mode.Preview(int shown) ->
            work.report(Outcome.PREVIEWED, Optional.empty()).with(rows.samples(plan, shown));
        case Mode.Apply apply -> new RestoreChange(context, repository).apply(work, apply);
      };
    }
  }

  private static Optional<Enclosing> enclosing(
      TenantRestoreRequest request, ScopeMap map, ConnectionUrl url, String id) throws IOException {
    if (request.within().isEmpty()) {
      return Optional.empty();
    }
    Enclosing enclosing = Enclosing.of(request.within().get(), url);
    enclosing.refuseOthers(map, url, id);
    return Optional.of(enclosing);
  }

  private static TenantTarget.Use use(TenantRestoreRequest request) {
    return switch (request.mode()) {
      case Mode.Preview _ -> TenantTarget.Use.READ;
      case Mode.Apply _ ->
          switch (request.aim()) {
            case Aim.Restore restore when restore.preset() == Preset.CREATE_MISSING ->
                TenantTarget.Use.ADD;
            case Aim.Copy _ -> TenantTarget.Use.ADD;
            case Aim.Restore _, Aim.Undo _ -> TenantTarget.Use.CHANGE;
          };
    };
  }

  /// Which tenant changes.
  private static String id(TenantRestoreRequest request, ScopeMap map, ConnectionUrl url)
      throws IOException {
    return switch (request.aim()) {
      case Aim.Restore _, Aim.Undo _ -> request.id();
      case Aim.Copy copy -> {
        String id = TenantIds.asWritten(map, url, copy.to());
        if (id.equals(request.id())) {
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "a copy of " + request.id() + " cannot be " + id + " itself",
              "Give the copy another id, or restore without one.");
        }
        yield id;
      }
    };
  }

  /// What a restore was going to do says nothing of who did it if it never came to that.
  private static void requireCommitted(TenantContents contents, TenantTarget target)
      throws IOException {
    if (contents.database().isPresent()
        && contents.database().equals(target.identity())
        && !target.isCommitted(
            contents.backup().record().attributes().get(TenantDraft.TRANSACTION))) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          contents.name()
              + " is of a restore that was never committed, so none of it can be undone",
          "Its rows were not changed; files that it created are left. To undo an earlier restore,"
              + " name its safety backup: 'holdfast list' shows them.");
    }
  }

  /// What a copy has to know of.
  private EarlierRestores earlier(Settings settings, ScopeMap map, Goal goal, TenantTarget target)
      throws IOException {
    return switch (goal) {
      case Goal.Restore _, Goal.Undo _ -> EarlierRestores.none();
      case Goal.Copy copy ->
          EarlierRestores.of(repository, settings.source(), map.name(), copy, target);
    };
  }

  /// What was erased of the database that the backup is of, or of the one that it goes into.
  ///
  /// @param tenants the one that the backup is of, and the one that the rows are for
  private List<ErasedRow> erased(
      TenantContents contents, TenantTarget target, ScopeMap map, List<String> tenants)
      throws IOException {
    Set<String> identities = new HashSet<>();
    contents.database().ifPresent(identities::add);
    target.identity().ifPresent(identities::add);
    boolean known = contents.database().isPresent();
    List<Erasure> some =
        Erasures.of(repository)
            .of(
                new KnownAs(
                    contents.backup().record().source(),
                    known ? Set.of(target.url().database()) : Set.of(),
                    identities));
    Set<ErasedRow> rows = new LinkedHashSet<>();
    for (String tenant : tenants) {
      rows.addAll(Erasures.leftOut(some, map.name(), tenant));
    }
    return List.copyOf(rows);
  }

  /// A map has conditions and expressions, which the server runs.
  private static ScopeMap mapOf(TenantContents contents) throws IOException {
    if (contents.isImported()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          contents.name() + " was imported, so its scope map is that of whoever made the file",
          "Give a map that you know, with --scope FILE.");
    }
    return contents.map();
  }

  /// The map of a file.
  private static Optional<ScopeMap> given(TenantRestoreRequest request, ConnectionUrl url) {
    return switch (request.scope()) {
      case Scope.OfBackup _ -> Optional.empty();
      case Scope.OfFile(Path file) -> {
        try (SqlConnection sql = SqlConnection.open(url, "holdfast tenant")) {
          yield Optional.of(Scopes.load(file, CatalogReader.read(sql)));
        }
      }
    };
  }

  private TenantContents open(
      Settings settings, TenantRestoreRequest request, Optional<ScopeMap> given)
      throws IOException {
    String name =
        switch (request.scope()) {
          case Scope.OfBackup(String scope) -> scope;
          case Scope.OfFile _ -> given.orElseThrow().name();
        };
    String kind =
        switch (request.aim()) {
          case Aim.Restore _, Aim.Copy _ -> TenantDraft.KIND;
          case Aim.Undo _ -> TenantDraft.SAFETY_KIND;
        };
    return TenantContents.open(
        repository, request.backup(), settings.source(), kind, name, request.id());
  }

  private static Goal goal(
      TenantRestoreRequest request, ScopeMap map, TenantContents contents, String id) {
    return switch (request.aim()) {
      case Aim.Restore restore ->
          new Goal.Restore(
              restore.preset().without(OwnedNames.of(restore.skipped(), map)), restore.operator());
      case Aim.Copy copy ->
          new Goal.Copy(
              contents.toc().id(),
              id,
              copy.operation().orElseGet(() -> operation(map.name(), contents.toc().id(), id)),
              switch (request.mode()) {
                case Mode.Preview _ -> Goal.Numbers.SHOWN;
                case Mode.Apply _ -> Goal.Numbers.DRAWN;
              },
              OwnedNames.of(copy.skipped(), map),
              copy.operator());
      case Aim.Undo() -> new Goal.Undo();
    };
  }

  /// The name of the only copy of one tenant to another.
  private static String operation(String scope, String from, String to) {
    MessageDigest sha = AssetStore.sha256();
    for (String part : List.of(scope, from, to)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sha.update(bytes);
      sha.update((byte) '\n');
    }
    return HexFormat.of().formatHex(sha.digest(), 0, OPERATION_BYTES);
  }

  private static List<BackedUpTable> tables(TenantToc toc) {
    return toc.tables().stream()
        .map(
            table ->
                new BackedUpTable(
                    new QualifiedName(table.schema(), table.name()),
                    table.exportName(),
                    table.columns().stream().map(TenantToc.Column::name).toList(),
                    table.columns().stream().map(TenantToc.Column::type).toList()))
        .toList();
  }

  private static List<BackedUpReference> references(TenantToc toc) {
    return toc.references().stream()
        .map(
            reference ->
                new BackedUpReference(
                    new QualifiedName(reference.schema(), reference.name()),
                    reference.columns().stream().map(TenantToc.Column::name).toList(),
                    reference.match()))
        .toList();
  }
}
