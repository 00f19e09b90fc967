package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.restore.Goal.Numbers;
import io.holdfast.tenant.scope.ColumnName;
import io.holdfast.tenant.scope.ColumnRule;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.OwnedRowsModel;
import io.holdfast.tenant.testing.RandomChanges;
import io.holdfast.tenant.testing.RandomTables;
import io.holdfast.tenant.testing.Rows;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// One database in which a tenant is copied, and the copy taken back.
final class CopyCase implements AutoCloseable {
  private static final String TO = "7700";

  private final SplittableRandom random;
  private final ConnectionUrl url;
  private final SqlConnection sql;
  private final Catalog catalog;
  private final ScopeMap map;
  private final RandomChanges changes;
  private final StringBuilder story = new StringBuilder();
  private String id = "";

  /// What a copy had of its original.
  enum Extent {
    WHOLE,
    PART
  }

  /// @param url of a database that it may empty
  CopyCase(SplittableRandom random, ConnectionUrl url) {
    this.random = random;
    this.url = url;
    this.sql = SqlConnection.open(url, "test");
    sql.query("DROP SCHEMA public CASCADE");
    sql.query("CREATE SCHEMA public");
    for (String statement : new RandomTables(random).statements()) {
      sql.query(statement);
      story.append(statement).append(";\n");
    }
    this.catalog = TestDatabases.catalog(url);
    this.map = ruled(RandomScopes.of(catalog, random));
    this.changes = new RandomChanges(random, sql, catalog);
    changes.fill();
    story.append("scope ").append(map.owned()).append('\n');
    story.append("referenced ").append(map.referenced()).append('\n');
  }

  @Override
  public void close() {
    sql.close();
  }

  String story() {
    return story.toString();
  }

  /// What must differ between tenants gets a rule.
  private static ScopeMap ruled(ScopeMap found) {
    NavigableMap<ColumnName, ColumnRule> columns = new TreeMap<>();
    for (QualifiedName table : found.owned().keySet()) {
      columns.put(
          new ColumnName(table, "code"),
          new ColumnRule(new ColumnRule.OnRestore.Backup(), new ColumnRule.OnClone.Suffix()));
      columns.put(
          new ColumnName(table, "slot"),
          new ColumnRule(new ColumnRule.OnRestore.Backup(), new ColumnRule.OnClone.Renumber()));
    }
    columns.remove(new ColumnName(found.root().table(), found.root().key()));
    return new ScopeMap(
        found.name(),
        found.root(),
        found.tenantColumn(),
        found.owned(),
        found.referenced(),
        found.excluded(),
        found.virtualReferences(),
        columns,
        found.triggers(),
        found.assets(),
        found.fingerprint(),
        found.schema());
  }

  /// Copies, looks, copies again, and takes back.
  Extent copy() throws IOException {
    Rows source = read();
    id = largest(source);
    Rows backup = tenant(source, id);
    StoredTenant stored = StoredTenant.read(url, map, id);
    story.append("tenant ").append(id).append(" of\n");
    source.lines().forEach(line -> story.append(line).append('\n'));
    if (random.nextBoolean()) {
      changes.make(random.nextInt(1, 8), owned(source.plain(catalog), id));
    }
    Rows before = read();
    RestorePlan shown = shown(stored, before);
    StoredTenant safety = done(stored, shown);
    Rows after = read();
    requireOthersUntouched(before, after, shown);
    Map<QualifiedName, Set<String>> made = owned(after.plain(catalog), TO);
    requireOnlyTies(before, after, made);
    if (shown.blocked() == 0) {
      assertThat(new CopyShape(catalog, map, tenant(after, TO)).lines())
          .as("the rows of the copy")
          .isEqualTo(new CopyShape(catalog, map, backup).lines());
      try (RestoreRun again = RestoreRun.open(url, stored.afterRun(safety), goal(Numbers.DRAWN))) {
        assertThat(again.plan().isEmpty()).as("once is enough").isTrue();
        assertThat(again.plan().blocked()).as("blocked when done again").isZero();
      }
    }
    Extent extent = shown.blocked() == 0 ? Extent.WHOLE : Extent.PART;
    if (adopts(before, after)) {
      return extent;
    }
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().deletes())
          .as("rows taken back: %s", undo.plan().tables())
          .isEqualTo(shown.inserts());
      undo.apply();
    }
    assertThat(read().lines()).as("undone").containsExactlyInAnyOrderElementsOf(before.lines());
    return extent;
  }

  /// Rows that say by type and number that they belong to a row which never was there belong to
  /// whoever gets the number, also when it is drawn for a copy. They are in the way of undoing it,
  /// also those that a condition keeps out of the scope.
  private boolean adopts(Rows before, Rows after) {
    return new OwnedRowsModel(catalog, after.plain(catalog), unconditional(), TO)
        .find().entrySet().stream()
            .anyMatch(
                entry ->
                    entry.getValue().stream()
                        .anyMatch(key -> before.of(entry.getKey()).containsKey(key)));
  }

  private ScopeMap unconditional() {
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>();
    map.owned()
        .forEach(
            (name, one) ->
                owned.put(
                    name,
                    new Owned(
                        one.via(),
                        Optional.empty(),
                        one.shared(),
                        one.exportName(),
                        one.largeObjects())));
    return new ScopeMap(
        map.name(),
        map.root(),
        map.tenantColumn(),
        owned,
        map.referenced(),
        map.excluded(),
        map.virtualReferences(),
        map.columns(),
        map.triggers(),
        map.assets(),
        map.fingerprint(),
        map.schema());
  }

  private Goal goal(Numbers numbers) {
    return new Goal.Copy(id, TO, "test", numbers, new TreeSet<>(), Optional.empty());
  }

  private RestorePlan shown(StoredTenant stored, Rows before) throws IOException {
    try (RestoreRun run = RestoreRun.open(url, stored, goal(Numbers.SHOWN))) {
      run.rollBack();
      assertThat(read()).as("a preview changes nothing").isEqualTo(before);
      run.plan().tables().forEach(table -> story.append(table).append('\n'));
      return run.plan();
    }
  }

  private StoredTenant done(StoredTenant stored, RestorePlan shown) throws IOException {
    try (RestoreRun run = RestoreRun.open(url, stored, goal(Numbers.DRAWN))) {
      assertThat(run.plan().digest()).as("the same plan").isEqualTo(shown.digest());
      return run.apply();
    }
  }

  private Rows read() {
    return Rows.read(sql, catalog);
  }

  private Map<QualifiedName, Set<String>> owned(Rows plain, String tenant) {
    return new OwnedRowsModel(catalog, plain, map, tenant).find();
  }

  private Rows tenant(Rows all, String tenant) {
    Rows plain = all.plain(catalog);
    Map<QualifiedName, Set<String>> keys = new HashMap<>(owned(plain, tenant));
    keys.put(RandomTables.PEOPLE, plain.of(RandomTables.PEOPLE).keySet());
    return plain.only(keys);
  }

  private String largest(Rows all) {
    return all.of(RandomTables.ROOT).values().stream()
        .map(row -> row.getOrDefault(map.root().key(), ""))
        .max(
            Comparator.comparingInt(
                one -> owned(all, one).values().stream().mapToInt(Set::size).sum()))
        .orElse("0");
  }

  private void requireOthersUntouched(Rows before, Rows after, RestorePlan shown) {
    for (Table table : catalog.classifiable()) {
      QualifiedName name = table.name();
      before
          .of(name)
          .forEach(
              (key, row) -> {
                assertThat(after.of(name).get(key)).as("a row that was there").isEqualTo(row);
                assertThat(version(after, name, key))
                    .as("a row that was there is not written: %s", row)
                    .isEqualTo(version(before, name, key));
              });
      long inserts =
          shown.tables().stream()
              .filter(plan -> plan.table().equals(name))
              .mapToLong(plan -> plan.work().inserts())
              .sum();
      assertThat(after.of(name).size() - before.of(name).size())
          .as("new rows of %s", name)
          .isEqualTo((int) inserts);
    }
  }

  private static String version(Rows rows, QualifiedName table, String key) {
    return rows.versions().getOrDefault(table, Map.of()).getOrDefault(key, "");
  }

  /// New rows are the copy's, and point to nobody else's.
  private void requireOnlyTies(Rows before, Rows after, Map<QualifiedName, Set<String>> made) {
    for (QualifiedName name : map.owned().keySet()) {
      Table table = catalog.table(name).orElseThrow();
      after
          .of(name)
          .forEach(
              (key, row) -> {
                if (before.of(name).containsKey(key)) {
                  return;
                }
                assertThat(made.getOrDefault(name, Set.of())).as("whose row it is").contains(key);
                table.foreignKeys().forEach(foreign -> requireOwnTarget(foreign, row, after, made));
              });
    }
  }

  private void requireOwnTarget(
      ForeignKey key, Map<String, String> row, Rows after, Map<QualifiedName, Set<String>> made) {
    if (!map.owned().containsKey(key.target())
        || !key.columns().stream().map(row::get).allMatch(Objects::nonNull)) {
      return;
    }
    Table target = catalog.table(key.target()).orElseThrow();
    assertThat(after.of(key.target()).values())
        .as("what %s of %s points to", key.name(), row)
        .anyMatch(
            to ->
                Rows.match(row, key.columns(), to, key.targetColumns())
                    && made.getOrDefault(key.target(), Set.of()).contains(Rows.key(target, to)));
  }
}
