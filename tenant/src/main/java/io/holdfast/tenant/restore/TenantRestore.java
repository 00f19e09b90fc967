package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.closure.NamesOfOthers;
import io.holdfast.tenant.closure.OuterScope;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.copy.CopyRules;
import io.holdfast.tenant.copy.ValueGroup;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMapWriter;
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Brings the rows of one tenant's backup into a database: first a plan, from which nothing in the
/// database changes, then the same plan done. *Confined.*
///
/// All of it happens in the transaction of one session, which the caller began (repeatable read,
/// row security off) and ends. What is found out stands in temporary tables of that transaction.
/// The steps, in this order: [#begin], rows into each of [#loads], [#plan], [#apply].
public final class TenantRestore {
  private final DatabaseSession session;
  private final Cancellation cancellation;
  private final ScopeMap map;
  private final TenantRows rows;
  private final CopyRules copyRules;
  private final RestoreTables tables;
  private final ScopeId id;
  private final String idText;
  private final References references;
  private final Goal goal;
  private final LargeObjects objects;
  private final Loads loads;
  private final Steps steps;
  private final List<String> remarks = new ArrayList<>();
  private @Nullable Withholding withholding;
  private @Nullable Enclosure enclosure;
  private List<ErasedRow> leftOut = List.of();

  /// Which database the rows came from.
  public enum Source {
    THIS_DATABASE,
    ANOTHER_DATABASE
  }

  /// Rows that the caller brings, by a `COPY` of this text.
  ///
  /// Runs of a copy come one after another, the oldest first, and the other restores of the tenant
  /// among them; of each, what it says about each load.
  ///
  /// @param names the export name of an owned table, or the name of a referenced one
  public record Load(String copy, Kind kind, List<String> names) {
    public Load {
      names = List.copyOf(names);
    }

    Load(String copy, Kind kind, String name) {
      this(copy, kind, List.of(name));
    }

    public String name() {
      return names.getFirst();
    }

    /// What comes with it.
    public enum Kind {
      ROWS,
      REFERENCES,
      UNDO,
      /// For a copy: what ids became in an earlier run of the operation; [#names] are those by
      /// which [#values] may have called it.
      VALUES,
      /// For a copy: what another restore of the tenant did, as [#done] says it.
      SINCE
    }
  }

  /// @param catalog of the target, as it is in the session's transaction
  /// @throws BackupException `SCHEMA_DIFFERS`, `SCOPE_MAP_UNSUITABLE`
  public TenantRestore(
      DatabaseSession session,
      Cancellation cancellation,
      ScopeMap map,
      Catalog catalog,
      String id,
      Goal goal,
      List<BackedUpTable> backup,
      List<BackedUpReference> references) {
    this.session = session;
    this.cancellation = cancellation;
    this.map = map;
    this.rows = TenantRows.of(map, catalog);
    this.copyRules =
        switch (goal) {
          case Goal.Copy _ -> CopyRules.of(map, catalog);
          case Goal.Restore _, Goal.Undo _ -> CopyRules.none();
        };
    this.tables = new RestoreTables(map, catalog, rows, backup, copyRules);
    this.id = ScopeId.of(id);
    this.idText = id;
    this.references = new References(tables, references, goal.operator());
    this.steps = new Steps(session, cancellation);
    this.objects = new LargeObjects(session, steps, map, tables, others());
    this.loads = new Loads(tables, this.references, copyRules);
    this.goal = goal;
    requireTriggers();
  }

  /// Without triggers the server does not look at foreign keys: what is inserted or updated can be
  /// held against them afterwards, but whether others point meanwhile to what is deleted cannot.
  private void requireTriggers() {
    if (map.triggers() == Triggers.REPLICA
        && goal instanceof Goal.Restore
        && goal.policy().extra() == Extra.DELETED) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "rows cannot be deleted where the map says 'triggers: replica'",
          "Choose another preset, or let triggers fire.");
    }
  }

  /// Whether the rows become those of another tenant.
  public boolean isCopy() {
    return goal instanceof Goal.Copy;
  }

  /// What differs between backup and database and does no harm; complete after [#plan].
  public List<String> remarks() {
    List<String> all = new ArrayList<>(tables.remarks());
    all.addAll(remarks);
    return all;
  }

  /// Keeps it within a larger scope, and looks at once whether what is there lies within. To be
  /// said before [#plan], in the transaction.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the root is there and is somebody else's;
  ///   `RESTORE_BLOCKED` if a row below it is. [#plan] and [#apply] throw the latter, too
  public void within(OuterScope outer) throws IOException {
    Enclosure some = new Enclosure(session, tables, outer, idText);
    some.requireNow();
    enclosure = some;
  }

  /// Makes the temporary tables.
  public void begin() throws IOException {
    Staging staging = new Staging(tables, rows, id);
    for (StagedTable staged : tables.all()) {
      steps.run(staging.create(staged));
      switch (goal) {
        case Goal.Restore _ -> {}
        case Goal.Copy _, Goal.Undo _ -> steps.run(Undoing.create(staged));
      }
    }
    for (ValueGroup group : copyRules.groups()) {
      steps.run(List.of(Renewal.create(group), KnownValues.create(group)));
    }
    for (int i = 0; i < references.count(); i++) {
      steps.run(references.create(i));
    }
  }

  /// Says which rows were erased: they are left out, with all that would go with them. To be said
  /// when the rows were loaded, before anything else. Of a copy they are those of both tenants.
  public void leaveOut(Collection<ErasedRow> erased) throws IOException {
    if (!erased.isEmpty()) {
      ScopeId owner =
          switch (goal) {
            case Goal.Restore _, Goal.Undo _ -> id;
            case Goal.Copy copy -> ScopeId.of(copy.from());
          };
      Withholding some =
          new Withholding(session, cancellation, tables, new Membership(tables, owner));
      some.begin();
      some.mark(erased);
      withholding = some;
      leftOut = List.copyOf(erased);
      remarks.addAll(some.remarks());
    }
  }

  /// Begins to take in what large objects of a group the backup has; after the rows were loaded,
  /// before [#plan]. [#objects] follows as often as needed, and [#endObjects].
  public void beginObjects(String group) throws IOException {
    objects.begin(group);
  }

  /// Takes in some objects of the group that was begun last.
  ///
  /// @param lines number, hash, number again, and `t` if the target has no such object with this
  ///   content, else `f`, as `COPY` reads them
  public void objects(byte[] lines) throws IOException {
    objects.take(lines);
  }

  /// Makes the objects of the group that was begun last which are not there. They are empty until
  /// somebody fills those of [#wantedObjects].
  public void endObjects() throws IOException {
    objects.end();
  }

  /// The objects of a group that have to be filled, by their numbers in the backup: what their
  /// numbers are now. Those that were made in vain are gone afterwards.
  public Map<Long, Long> wantedObjects(String group) throws IOException {
    return objects.wanted(group);
  }

  /// The files of a group that rows have which are or will be there, by their names. After [#plan],
  /// before [#apply].
  public SortedMap<String, WantedFile> wantedFiles(String group) throws IOException {
    if (!(map.assets().get(group)
        instanceof AssetGroup.FileGroup(var table, var key, var _, var _))) {
      throw new IllegalArgumentException(group + " is no group of files");
    }
    SortedMap<String, WantedFile> wanted = new TreeMap<>();
    if (goal.policy().skipped().contains(table)) {
      return wanted;
    }
    FileGroup files =
        new FileGroup(
            group,
            tables.find(table).orElseThrow(),
            key,
            copyRules.groupOf(new ColumnName(table, key)));
    for (List<String> row : session.query(files.wanted())) {
      WantedFile.Row there =
          row.get(1).equals("t") ? WantedFile.Row.THERE : WantedFile.Row.RESTORED;
      wanted.put(row.get(0), new WantedFile(row.get(2), there));
    }
    return wanted;
  }

  /// Those of some files of a store that rows name which are not the tenant's.
  ///
  /// @param directory where the files lie, if names may begin with that
  public Set<String> namedByOthers(
      String store, Optional<String> directory, Collection<String> names) throws IOException {
    return namedByOthers(others(), store, directory, names);
  }

  /// The same of a larger scope.
  public Set<String> namedByOthers(
      NamesOfOthers others, String store, Optional<String> directory, Collection<String> names)
      throws IOException {
    return new AskedNames(session, steps).ofOthers(others, store, directory, names);
  }

  private NamesOfOthers others() {
    return new NamesOfOthers(map, tables.catalog(), id);
  }

  /// The names of files of a group that only rows have which were erased.
  public Set<String> erasedFiles(String group) throws IOException {
    Withholding some = withholding;
    if (some != null
        && map.assets().get(group)
            instanceof AssetGroup.FileGroup(var table, var key, var _, var _)) {
      return some.files(tables.find(table).orElseThrow(), key);
    }
    return Set.of();
  }

  /// What is to be loaded; the order does not matter.
  public List<Load> loads() {
    return loads.of(goal);
  }

  /// Queries for what ids became in a copy, by a name of each kind of id; to be asked after
  /// [#plan], and to be given back by loads of kind [Load.Kind#VALUES] when the operation is done
  /// again.
  public SortedMap<String, String> values() {
    return loads.values();
  }

  /// Finds out what would be done.
  ///
  /// @param subject what else the digest is about, such as the backup
  public RestorePlan plan(Source source, List<String> subject) throws IOException {
    Staging staging = new Staging(tables, rows, id);
    remarks.addAll(
        new Resolving(steps, tables, references)
            .run(
                switch (source) {
                  case THIS_DATABASE -> References.Origin.SAME_DATABASE;
                  case ANOTHER_DATABASE -> References.Origin.OTHER_DATABASE;
                }));
    rewrite(staging);
    for (StagedTable staged : tables.all()) {
      steps.run(staging.collect(staged));
      steps.run(staging.keep(staged).stream().toList());
      steps.run(staging.compare(staged));
      steps.run(intend(staged));
      if (withholding != null) {
        steps.run(Withholding.withhold(staged));
      }
      steps.run(staging.analyze(staged));
    }
    settle();
    if (enclosure != null) {
      enclosure.requirePlanned();
    }
    PlanReading reading = new PlanReading(session);
    List<TablePlan> plans = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      cancellation.throwIfRequested();
      TablePlan plan = reading.read(staged);
      if (plan.work().inserts() + plan.work().updates() > 0) {
        remarks.addAll(reading.unforeseen(staged));
      }
      plans.add(plan);
    }
    List<String> all = new ArrayList<>(subject);
    all.add(map.name());
    all.add(idText);
    all.add(SchemaText.of(tables.catalog(), map).fingerprint());
    all.add(ScopeMapWriter.write(map, Map.of()));
    all.add(goal.text());
    SortedMap<String, Long> made = objects.planned(all);
    return RestorePlan.of(all, plans, made);
  }

  /// Gives rows of the backup the values that they are to have.
  private void rewrite(Staging staging) throws IOException {
    switch (goal) {
      case Goal.Restore _, Goal.Undo _ -> {
        // Before anything of today takes the place of what was backed up.
        requireBackedUp();
        for (StagedTable staged : tables.all()) {
          steps.run(staging.columnRules(staged));
        }
      }
      case Goal.Copy copy -> {
        remarks.addAll(new Copying(steps, tables, copyRules).run(copy, objects));
        requireBackedUp();
        // Rows that an earlier run made may have been erased by the ids that they got.
        if (withholding != null) {
          new Withholding(session, cancellation, tables, new Membership(tables, id)).mark(leftOut);
        }
      }
    }
  }

  private void requireBackedUp() throws IOException {
    if (enclosure != null) {
      enclosure.requireBackedUp();
    }
  }

  /// Single rows of the plan, the first of each kind. After [#plan], before [#apply].
  ///
  /// @param rowsMax of each table and kind, at most [RowSample#ROWS_MAX]
  public List<RowSample> samples(RestorePlan plan, int rowsMax) throws IOException {
    RowSamples reading = new RowSamples(session, cancellation, rowsMax);
    List<RowSample> samples = new ArrayList<>();
    for (TablePlan of : plan.tables()) {
      Optional<StagedTable> staged = tables.find(of.table());
      if (staged.isPresent()) {
        samples.addAll(reading.read(staged.get(), of));
      }
    }
    return samples;
  }

  /// What the policy wants, before anything speaks against it.
  private List<String> intend(StagedTable staged) {
    Intent intent = new Intent(staged, goal.policy());
    if (tables.isNewer(staged)) {
      return List.of();
    }
    return switch (goal) {
      case Goal.Restore _ -> intent.restore();
      case Goal.Copy _ ->
          intent.copy(
              staged.name().equals(map.root().table())
                  ? StagedTable.column("s", map.root().key()) + " = " + id.sql()
                  : "false");
      case Goal.Undo _ -> intent.undo();
    };
  }

  private void settle() throws IOException {
    BlockRules.Targets targets =
        isCopy() ? BlockRules.Targets.OF_TENANT : BlockRules.Targets.AS_BACKED_UP;
    new Settling(session, cancellation, tables, new Membership(tables, id), targets).run();
  }

  /// Does what the plan says, and checks it. The caller commits, or rolls back: nothing is to be
  /// left of a transaction in which this failed.
  ///
  /// @return remarks
  /// @throws BackupException `CHECK_FAILED`; `RESTORE_BLOCKED` if rows that were written do not lie
  ///   within the larger scope
  public List<String> apply(RestorePlan plan) throws IOException {
    Triggers triggers =
        switch (goal) {
          case Goal.Restore _, Goal.Copy _ -> map.triggers();
          case Goal.Undo _ -> Triggers.FIRE;
        };
    List<String> done = new Application(session, tables, rows, id, triggers).run(plan);
    if (enclosure != null) {
      enclosure.requireAfterwards();
    }
    return done;
  }

  /// Lifts sequences behind the restored rows; before the transaction ends.
  public void liftSequences(RestorePlan plan) throws IOException {
    steps.run(new Application(session, tables, rows, id, Triggers.FIRE).sequences(plan));
  }

  /// A query for what was done to the rows of a table; to be asked after [#apply], and to be given
  /// back by a load of kind [Load.Kind#UNDO] to undo it.
  public String done(String exportName) {
    return tables.all().stream()
        .filter(staged -> staged.exportName().equals(exportName))
        .map(Undoing::done)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no table is called " + exportName));
  }
}
