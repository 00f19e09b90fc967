package io.holdfast.tenant.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.SqlText;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.SchemaText;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Triggers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

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
  private final RestoreTables tables;
  private final ScopeId id;
  private final String idText;
  private final List<BackedUpReference> backedUpReferences;
  private final References references;
  private final Goal goal;
  private final List<ObjectGroup> objects = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();

  /// What is to be done with the rows.
  public sealed interface Goal {
    /// To be brought back, as far as the policy says.
    ///
    /// @param operator natural key of the row of a shared table that stands for rows that are
    ///   missing there, where the map says so
    record Restore(RestorePolicy policy, Optional<String> operator) implements Goal {
      public Restore(RestorePolicy policy) {
        this(policy, Optional.empty());
      }
    }

    /// A restore is to be undone: its safety backup says what it touched.
    record Undo() implements Goal {}
  }

  /// Which database the rows came from.
  public enum Source {
    THIS_DATABASE,
    ANOTHER_DATABASE
  }

  /// Rows that the caller brings, by a `COPY` of this text.
  ///
  /// @param name the export name of an owned table, or the name of a referenced one
  public record Load(String copy, Kind kind, String name) {
    /// What comes with it.
    public enum Kind {
      ROWS,
      REFERENCES,
      UNDO
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
    this.tables = new RestoreTables(map, catalog, rows, backup);
    this.id = ScopeId.of(id);
    this.idText = id;
    this.backedUpReferences = List.copyOf(references);
    this.references =
        new References(
            tables,
            backedUpReferences,
            switch (goal) {
              case Goal.Restore(var _, var operator) -> operator;
              case Goal.Undo() -> Optional.empty();
            });
    this.goal = goal;
    requireTriggers();
  }

  /// Without triggers the server does not look at foreign keys: what is inserted or updated can be
  /// held against them afterwards, but whether others point meanwhile to what is deleted cannot.
  private void requireTriggers() {
    if (map.triggers() == Triggers.REPLICA
        && goal instanceof Goal.Restore(var policy, var _)
        && policy.extra() == Extra.DELETED) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "rows cannot be deleted where the map says 'triggers: replica'",
          "Choose another preset, or let triggers fire.");
    }
  }

  /// What differs between backup and database and does no harm; complete after [#plan].
  public List<String> remarks() {
    List<String> all = new ArrayList<>(tables.remarks());
    all.addAll(remarks);
    return all;
  }

  /// Makes the temporary tables.
  public void begin() throws IOException {
    Staging staging = new Staging(tables, rows, id);
    for (StagedTable staged : tables.all()) {
      run(staging.create(staged));
      switch (goal) {
        case Goal.Restore _ -> {}
        case Goal.Undo() -> run(List.of(Undoing.create(staged)));
      }
    }
    for (int i = 0; i < backedUpReferences.size(); i++) {
      run(List.of(references.create(i)));
    }
  }

  /// Takes in what large objects of a group the backup has; after the rows were loaded, before
  /// [#plan]. Objects that are not there are made, and are empty until somebody fills those of
  /// [#wantedObjects].
  ///
  /// @param lines number, hash, number again, and `t` if the target has no such object with this
  ///   content, else `f`, as `COPY` reads them
  public void objects(String group, byte[] lines) throws IOException {
    if (!(map.assets().get(group) instanceof AssetGroup.LargeObjectGroup(var table, var column))) {
      throw new IllegalArgumentException(group + " is no group of large objects");
    }
    StagedTable staged = tables.find(table).orElseThrow();
    ObjectGroup made = new ObjectGroup(objects.size(), group, staged, column);
    run(List.of(made.create()));
    session.beginCopy(made.copyIn());
    session.send(lines, 0, lines.length);
    session.endCopy();
    run(made.make());
    run(List.of(made.rewrite()));
    objects.add(made);
  }

  /// The objects of a group that have to be filled, by their numbers in the backup: what their
  /// numbers are now. Those that were made in vain are gone afterwards.
  public Map<Long, Long> wantedObjects(String group) throws IOException {
    Map<Long, Long> wanted = new HashMap<>();
    for (ObjectGroup made : objects) {
      if (made.name().equals(group)) {
        session
            .query(made.wanted())
            .forEach(row -> wanted.put(Long.parseLong(row.get(0)), Long.parseLong(row.get(1))));
        run(List.of(made.discard()));
      }
    }
    return wanted;
  }

  /// The names of files of a group that rows have which are or will be there; true if such a row is
  /// there already. After [#plan], before [#apply].
  public SortedMap<String, Boolean> wantedFiles(String group) throws IOException {
    if (!(map.assets().get(group) instanceof AssetGroup.FileGroup(var table, var key, var _))) {
      throw new IllegalArgumentException(group + " is no group of files");
    }
    SortedMap<String, Boolean> wanted = new TreeMap<>();
    if (goal instanceof Goal.Restore(var policy, var _) && policy.skipped().contains(table)) {
      return wanted;
    }
    FileGroup files = new FileGroup(group, tables.find(table).orElseThrow(), key);
    session.query(files.wanted()).forEach(row -> wanted.put(row.get(0), row.get(1).equals("t")));
    return wanted;
  }

  /// What is to be loaded; the order does not matter.
  public List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (StagedTable staged : tables.all()) {
      if (tables.isNewer(staged)) {
        continue;
      }
      loads.add(new Load(staged.copyIn(), Load.Kind.ROWS, staged.exportName()));
      switch (goal) {
        case Goal.Restore _ -> {}
        case Goal.Undo() ->
            loads.add(new Load(Undoing.copyIn(staged), Load.Kind.UNDO, staged.exportName()));
      }
    }
    for (int i = 0; i < backedUpReferences.size(); i++) {
      loads.add(
          new Load(
              references.copyIn(i), Load.Kind.REFERENCES, backedUpReferences.get(i).name().text()));
    }
    return loads;
  }

  /// Finds out what would be done.
  ///
  /// @param subject what else the digest is about, such as the backup
  public RestorePlan plan(Source source, List<String> subject) throws IOException {
    Staging staging = new Staging(tables, rows, id);
    resolve(source);
    for (StagedTable staged : tables.all()) {
      run(staging.columnRules(staged));
      run(staging.collect(staged));
      run(staging.keep(staged).stream().toList());
      run(List.of(staging.compare(staged)));
      run(intend(staged));
    }
    settle();
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
    switch (goal) {
      case Goal.Restore(var policy, var operator) ->
          all.add(policy.text() + " " + operator.orElse(""));
      case Goal.Undo() -> all.add("undo");
    }
    SortedMap<String, Long> made = new TreeMap<>();
    for (ObjectGroup group : objects) {
      List<String> planned = session.query(group.planned()).getFirst();
      made.put(group.name(), Long.parseLong(planned.get(0)));
      all.add(group.name() + " " + planned.get(1));
    }
    return RestorePlan.of(all, plans, made);
  }

  private void resolve(Source source) throws IOException {
    References.Origin origin =
        switch (source) {
          case THIS_DATABASE -> References.Origin.SAME_DATABASE;
          case ANOTHER_DATABASE -> References.Origin.OTHER_DATABASE;
        };
    for (int i = 0; i < backedUpReferences.size(); i++) {
      run(references.find(i, origin));
      substitute(i);
    }
    for (StagedTable staged : tables.all()) {
      Optional<String> rewrite = references.rewrite(staged);
      if (rewrite.isPresent()) {
        run(List.of(rewrite.get()));
      }
    }
  }

  private void substitute(int number) throws IOException {
    long lost = Long.parseLong(session.value(References.lost(number)));
    Optional<String> substitute = references.substitute(number);
    if (lost == 0 || substitute.isEmpty()) {
      return;
    }
    long put = Long.parseLong(session.value(substitute.get()));
    if (put < lost) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          references.table(number) + " has no row that --operator names",
          "Name one that exists, by " + references.table(number) + "'s natural key.");
    }
    remarks.add(
        put
            + " rows of "
            + references.table(number)
            + " are not there: the operator stands for them");
  }

  /// What the policy wants, before anything speaks against it.
  private List<String> intend(StagedTable staged) {
    List<String> sql = new ArrayList<>();
    if (tables.isNewer(staged)) {
      return sql;
    }
    switch (goal) {
      case Goal.Restore(RestorePolicy policy, var _) -> {
        if (!policy.skipped().contains(staged.name())) {
          sql.addAll(intend(staged, policy.existing(), policy.extra()));
        }
      }
      case Goal.Undo() -> {
        sql.addAll(intend(staged, Existing.OVERWRITTEN, Extra.DELETED));
        sql.addAll(Undoing.restrict(staged));
      }
    }
    return sql;
  }

  private static List<String> intend(StagedTable staged, Existing existing, Extra extra) {
    List<String> sql = new ArrayList<>();
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.REASON
            + " = "
            + SqlText.literal(Reason.OTHER_OWNER.word())
            + " WHERE "
            + StagedTable.STATE
            + " = '"
            + StagedTable.OTHER
            + "'");
    String states =
        switch (existing) {
          case KEPT -> "('" + StagedTable.NEW + "')";
          case OVERWRITTEN -> "('" + StagedTable.NEW + "', '" + StagedTable.CHANGED + "')";
        };
    sql.add(
        "UPDATE "
            + staged.stage()
            + " SET "
            + StagedTable.WRITE
            + " = true WHERE "
            + StagedTable.STATE
            + " IN "
            + states);
    switch (extra) {
      case KEPT -> {}
      case DELETED -> sql.add("UPDATE " + staged.extra() + " SET " + StagedTable.WRITE + " = true");
    }
    return sql;
  }

  private void settle() throws IOException {
    new Settling(session, cancellation, tables, new Membership(tables, id)).run();
  }

  /// Does what the plan says, and checks it. The caller commits, or rolls back: nothing is to be
  /// left of a transaction in which this failed.
  ///
  /// @return remarks
  /// @throws BackupException `CHECK_FAILED`
  public List<String> apply(RestorePlan plan) throws IOException {
    Triggers triggers =
        switch (goal) {
          case Goal.Restore _ -> map.triggers();
          case Goal.Undo() -> Triggers.FIRE;
        };
    return new Application(session, tables, rows, id, triggers).run(plan);
  }

  /// Lifts sequences behind the restored rows; before the transaction ends.
  public void liftSequences(RestorePlan plan) throws IOException {
    run(new Application(session, tables, rows, id, Triggers.FIRE).sequences(plan));
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

  private void run(List<String> statements) throws IOException {
    for (String sql : statements) {
      cancellation.throwIfRequested();
      session.query(sql);
    }
  }
}
