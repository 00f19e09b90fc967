package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.tenant.TenantRestoreReport.Outcome;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import io.holdfast.engine.tenant.TenantRestoreRequest.Blocked;
import io.holdfast.engine.tenant.TenantRestoreRequest.Mode;
import io.holdfast.engine.tenant.TenantRestoreRequest.Scope;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.BackedUpReference;
import io.holdfast.tenant.restore.BackedUpTable;
import io.holdfast.tenant.restore.ErasedRow;
import io.holdfast.tenant.restore.Goal;
import io.holdfast.tenant.restore.RestorePlan;
import io.holdfast.tenant.restore.TablePlan;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.restore.TenantRestore.Source;
import io.holdfast.tenant.scope.AssetGroup;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

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

  /// What a restore is made of, for its time.
  private record Work(
      Settings settings,
      TenantRestoreRequest request,
      TenantContents contents,
      ScopeMap map,
      String id,
      Goal goal,
      TenantTarget target,
      TenantRestore rows,
      AssetFiles files,
      RestorePlan plan,
      List<String> warnings) {}

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
    TenantTarget.Use use =
        switch (request.mode()) {
          case Mode.Preview _ -> TenantTarget.Use.READ;
          case Mode.Apply _ -> TenantTarget.Use.WRITE;
        };
    try (TenantTarget target =
        TenantTarget.open(url, map, id, use, request.lockWait(), context.cancellation())) {
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
      rows.begin();
      EarlierRestores earlier = earlier(settings, map, goal, target);
      new RestoreLoading(context, contents, target).load(rows, earlier);
      rows.leaveOut(erased(contents, target, map, List.of(request.id(), id)));
      context.progress().phase("compare", 0);
      ObjectFilling objects = new ObjectFilling(contents, target.session());
      for (String group : objectGroups(map, contents, request)) {
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
      AssetFiles files = new AssetFiles(context, contents, stores);
      files.remember(earlier.runs());
      files.plan(map, rows, goal, request);
      warnings.addAll(files.warnings());
      Work work =
          new Work(
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
            report(work, Outcome.PREVIEWED, Optional.empty()).with(rows.samples(plan, shown));
        case Mode.Apply apply -> apply(work, apply);
      };
    }
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

  private static List<String> objectGroups(
      ScopeMap map, TenantContents contents, TenantRestoreRequest request) {
    return map.assets().entrySet().stream()
        .filter(group -> group.getValue() instanceof AssetGroup.LargeObjectGroup)
        .map(Map.Entry::getKey)
        .filter(name -> contents.hasObjects(name) && !request.without().contains(name))
        .toList();
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

  private TenantRestoreReport apply(Work work, Mode.Apply apply) throws IOException {
    RestorePlan plan = work.plan();
    if (!plan.digest().equals(apply.plan())) {
      throw new BackupException(
          ErrorCode.PLAN_CHANGED,
          "the plan is now " + plan.digest() + ", not " + apply.plan(),
          "Nothing was changed. Look at 'holdfast tenant preview' again: rows, schema or backup are"
              + " others than when you looked.");
    }
    if (plan.blocked() > 0 && apply.blocked() == Blocked.REFUSED) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          plan.blocked() + " rows cannot be restored",
          "Nothing was changed. 'holdfast tenant preview' says why; --leave-blocked restores the"
              + " others.");
    }
    if (plan.isEmpty() && work.files().isEmpty()) {
      return report(work, Outcome.UNCHANGED, Optional.empty());
    }
    String domain = TenantDomain.of(work.map().name(), work.id());
    try (BackupSession session = repository.beginSession(domain)) {
      StoredSnapshot safety = change(work, session, domain);
      work.target().commit(safety.record().name());
      for (String failed : work.files().replace()) {
        work.warnings().add("the rows are restored, but " + failed);
      }
      return report(work, Outcome.DONE, Optional.of(safety.record().name()));
    }
  }

  /// Backs up what there is, changes it, and publishes the backup together with the list of
  /// changes. All but the commit of the database is done then.
  private StoredSnapshot change(Work work, BackupSession session, String domain)
      throws IOException {
    TenantTarget target = work.target();
    TenantRestoreRequest request = work.request();
    TenantDraft draft =
        new TenantDraft(context, repository, session, work.settings().source(), domain);
    TenantBackupRequest everything =
        new TenantBackupRequest(
            Path.of(TenantPaths.SCOPE),
            work.id(),
            request.without(),
            List.of(),
            request.stores(),
            request.lockWait());
    TenantToc toc =
        draft.read(
            work.map(),
            target.catalog(),
            target.session(),
            everything,
            work.files().stores(),
            new ArrayList<>());
    context.progress().phase("restore", 0);
    work.warnings().addAll(work.rows().apply(work.plan()));
    ObjectFilling objects = new ObjectFilling(work.contents(), target.session());
    for (String group : objectGroups(work.map(), work.contents(), request)) {
      objects.fill(group, work.rows());
    }
    draft.add(TenantPaths.UNDO_FILES, work.files().written());
    List<String> touched =
        work.plan().tables().stream()
            .map(TablePlan::exportName)
            .sorted(TenantPaths.ORDER_OF_UNDO)
            .toList();
    for (String exportName : touched) {
      draft.add(TenantPaths.undo(exportName), target.session(), work.rows().done(exportName));
    }
    SortedMap<String, String> values = new TreeMap<>(TenantPaths.ORDER_OF_VALUES);
    values.putAll(work.rows().values());
    for (Map.Entry<String, String> made : values.entrySet()) {
      draft.add(TenantPaths.values(made.getKey()), target.session(), made.getValue());
    }
    work.rows().liftSequences(work.plan());
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("restored", work.contents().name());
    attributes.put(TenantDraft.TRANSACTION, target.transaction());
    if (work.goal() instanceof Goal.Copy copy) {
      attributes.putAll(EarlierRestores.attributes(copy));
    }
    target.identity().ifPresent(identity -> attributes.put(TenantDraft.DATABASE, identity));
    StoredSnapshot safety = draft.commit(TenantDraft.SAFETY_KIND, toc, attributes);
    // Not before it says so: what is left of a restore that fails is known to the next one.
    work.files().create();
    return safety;
  }

  private static TenantRestoreReport report(Work work, Outcome outcome, Optional<String> safety) {
    return new TenantRestoreReport(
        work.contents().name(),
        work.target().url().toString(),
        work.map().name(),
        work.id(),
        work.goal() instanceof Goal.Copy copy
            ? Optional.of(new TenantRestoreReport.Copied(copy.from(), copy.operation()))
            : Optional.empty(),
        work.plan(),
        new TenantRestoreReport.Files(
            work.files().count(AssetFiles.Action.CREATE),
            work.files().count(AssetFiles.Action.REPLACE),
            work.files().count(AssetFiles.Action.DELETE),
            work.files().kept()),
        outcome,
        safety,
        work.warnings(),
        List.of());
  }
}
