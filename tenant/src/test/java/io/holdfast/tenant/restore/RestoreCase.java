package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.restore.RestoreModel.Done;
import io.holdfast.tenant.restore.RestoreModel.Outcome;
import io.holdfast.tenant.restore.RestorePolicy.Existing;
import io.holdfast.tenant.restore.RestorePolicy.Extra;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.OwnedRowsModel;
import io.holdfast.tenant.testing.RandomChanges;
import io.holdfast.tenant.testing.RandomTables;
import io.holdfast.tenant.testing.Rows;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// One database in which a tenant is backed up, changed, restored, and the restore undone, each
/// time held against the model.
final class RestoreCase implements AutoCloseable {
  private final SplittableRandom random;
  private final ConnectionUrl url;
  private final SqlConnection sql;
  private final Catalog catalog;
  private final ScopeMap map;
  private String id = "0";
  private final RandomChanges changes;
  private final StringBuilder story = new StringBuilder();
  private final RestoreTally tally;

  /// @param url of a database that it may empty
  RestoreCase(SplittableRandom random, ConnectionUrl url, RestoreTally tally) {
    this.random = random;
    this.url = url;
    this.tally = tally;
    this.sql = SqlConnection.open(url, "test");
    sql.query("DROP SCHEMA public CASCADE");
    sql.query("CREATE SCHEMA public");
    for (String statement : new RandomTables(random).statements()) {
      sql.query(statement);
      story.append(statement).append(";\n");
    }
    this.catalog = TestDatabases.catalog(url);
    this.map = RandomScopes.of(catalog, random);
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

  /// Backs up, changes, restores and undoes once.
  void round() throws IOException {
    Rows all = read();
    id = largest(all);
    story.append("tenant ").append(id);
    Rows backup = tenant(all);
    StoredTenant stored = StoredTenant.read(url, map, id);
    story.append("\nbacked up of\n").append(String.join("\n", all.plain(catalog).lines()));
    if (random.nextInt(3) == 0) {
      changes.deleteAll(new OwnedRowsModel(catalog, all, map, id).find());
    }
    change(12);
    RestorePolicy policy = policy();
    story.append("restored with ").append(policy.text()).append("\n");
    Rows before = read();
    RestoreModel model = new RestoreModel(catalog, map, id, backup, before.plain(catalog));
    Outcome expected = model.restore(policy);
    Goal goal = new Goal.Restore(policy);
    String digest = previewed(stored, goal, model, expected, before);
    Applied applied = applied(stored, goal, model, expected, before);
    assertThat(applied.digest()).as("the same plan").isEqualTo(digest);
    Rows after = read();
    again(stored, goal, backup, policy, expected, after);
    if (expected.clear()) {
      undo(applied.safety(), tenant(before), before, model.done(expected.work(), after));
    }
  }

  private String largest(Rows all) {
    return all.of(RandomTables.ROOT).values().stream()
        .map(row -> row.getOrDefault(map.root().key(), ""))
        .max(Comparator.comparingInt(one -> size(all, one)))
        .orElse("0");
  }

  private int size(Rows all, String one) {
    return new OwnedRowsModel(catalog, all, map, one)
        .find().values().stream().mapToInt(Set::size).sum();
  }

  private void undo(StoredTenant safety, Rows safetyRows, Rows start, Done done)
      throws IOException {
    boolean later = random.nextBoolean();
    if (later) {
      change(6);
    }
    Done plain = new Done(done.work(), done.after().plain(catalog));
    Rows before = read();
    RestoreModel model = new RestoreModel(catalog, map, id, safetyRows, before.plain(catalog));
    Outcome expected = model.undo(plain);
    story.append("undone\n");
    previewed(safety, new Goal.Undo(), model, expected, before);
    applied(safety, new Goal.Undo(), model, expected, before);
    // Rows that were there without the one they belong to keep what was restored above them.
    boolean keptAbove =
        expected.blocked().values().stream()
            .flatMap(Set::stream)
            .anyMatch(cause -> cause.reason() == Reason.STILL_REFERENCED);
    if (!later && !keptAbove) {
      assertThat(read().lines())
          .as("undone at once")
          .containsExactlyInAnyOrderElementsOf(start.lines());
    }
  }

  private void change(int most) {
    int from = changes.done().size();
    changes.make(
        random.nextInt(1, most),
        new OwnedRowsModel(catalog, read().plain(catalog), map, id).find());
    changes.done().subList(from, changes.done().size()).forEach(s -> story.append(s).append(";\n"));
  }

  private Rows read() {
    return Rows.read(sql, catalog);
  }

  /// The tenant's rows of these, and all that are only pointed to.
  private Rows tenant(Rows all) {
    Rows plain = all.plain(catalog);
    Map<QualifiedName, Set<String>> keys =
        new HashMap<>(new OwnedRowsModel(catalog, plain, map, id).find());
    keys.put(RandomTables.PEOPLE, plain.of(RandomTables.PEOPLE).keySet());
    return plain.only(keys);
  }

  private RestorePolicy policy() {
    Set<QualifiedName> skipped = new TreeSet<>();
    if (random.nextInt(3) == 0) {
      map.owned().keySet().stream().filter(_ -> random.nextInt(4) == 0).forEach(skipped::add);
    }
    return new RestorePolicy(
        random.nextInt(3) == 0 ? Existing.KEPT : Existing.OVERWRITTEN,
        random.nextBoolean() ? Extra.KEPT : Extra.DELETED,
        new TreeSet<>(skipped));
  }

  /// A plan alone changes nothing.
  ///
  /// @return its digest
  private String previewed(
      StoredTenant stored, Goal goal, RestoreModel model, Outcome expected, Rows before)
      throws IOException {
    try (RestoreRun run = RestoreRun.open(url, stored, goal)) {
      compare(run.plan(), model, expected);
      tally.add(run.plan(), expected);
      run.rollBack();
      assertThat(read()).as("a preview changes nothing").isEqualTo(before);
      return run.plan().digest();
    }
  }

  private record Applied(StoredTenant safety, String digest) {}

  private Applied applied(
      StoredTenant stored, Goal goal, RestoreModel model, Outcome expected, Rows before)
      throws IOException {
    try (RestoreRun run = RestoreRun.open(url, stored, goal)) {
      StoredTenant safety = run.apply();
      Rows after = read();
      requireOthersUntouched(model, before, after);
      requireCounts(run.plan(), before, after);
      requireForeignKeys(after);
      if (expected.clear()) {
        assertThat(after.plain(catalog).lines())
            .as("all rows afterwards")
            .containsExactlyInAnyOrderElementsOf(model.after(expected.work()).lines());
      }
      return new Applied(safety, run.plan().digest());
    }
  }

  private void compare(RestorePlan plan, RestoreModel model, Outcome expected) {
    for (TablePlan of : plan.tables()) {
      Table table = catalog.table(of.table()).orElseThrow();
      String name = of.table().toString();
      assertThat(of.fresh())
          .as("new rows of " + name)
          .isEqualTo(model.count(table, RestoreModel.State.NEW));
      assertThat(of.identical())
          .as("identical rows of " + name)
          .isEqualTo(model.count(table, RestoreModel.State.IDENTICAL));
      assertThat(of.changed())
          .as("changed rows of " + name)
          .isEqualTo(model.count(table, RestoreModel.State.CHANGED));
      assertThat(of.extra()).as("extra rows of " + name).isEqualTo(model.extra(table).size());
      if (expected.clear()) {
        ModelCounts counts = new ModelCounts(expected, of.table());
        assertThat(of.work())
            .as("%s, where the model has %s", plan.tables(), expected)
            .isEqualTo(counts.work());
        assertThat(of.blockedRows()).as("blocked rows of " + name).isEqualTo(counts.blockedRows());
        of.blocked().forEach(counts::requirePossible);
      }
    }
  }

  private void again(
      StoredTenant stored, Goal goal, Rows backup, RestorePolicy policy, Outcome first, Rows after)
      throws IOException {
    RestoreModel model = new RestoreModel(catalog, map, id, backup, after.plain(catalog));
    Outcome expected = model.restore(policy);
    try (RestoreRun run = RestoreRun.open(url, stored, goal)) {
      story.append("restored again\n");
      compare(run.plan(), model, expected);
      if (first.blocked().isEmpty()) {
        assertThat(run.plan().isEmpty()).as("nothing is left to be done").isTrue();
      }
    }
  }

  private void requireOthersUntouched(RestoreModel model, Rows before, Rows after) {
    for (Table table : catalog.classifiable()) {
      QualifiedName name = table.name();
      Set<String> mine = model.owned().getOrDefault(name, Set.of());
      before
          .of(name)
          .forEach(
              (key, row) -> {
                if (!mine.contains(key)) {
                  assertThat(after.of(name).get(key)).as("another's row").isEqualTo(row);
                  assertThat(version(after, name, key))
                      .as("another's row was written: %s %s", name, row)
                      .isEqualTo(version(before, name, key));
                }
              });
    }
  }

  private static String version(Rows rows, QualifiedName table, String key) {
    return rows.versions().getOrDefault(table, Map.of()).getOrDefault(key, "");
  }

  private void requireCounts(RestorePlan plan, Rows before, Rows after) {
    Map<QualifiedName, TablePlan.Work> planned = new HashMap<>();
    plan.tables().forEach(table -> planned.put(table.table(), table.work()));
    for (Table table : catalog.classifiable()) {
      QualifiedName name = table.name();
      long inserts =
          after.of(name).keySet().stream().filter(key -> !before.of(name).containsKey(key)).count();
      long deletes =
          before.of(name).keySet().stream().filter(key -> !after.of(name).containsKey(key)).count();
      long updates =
          before.of(name).keySet().stream()
              .filter(key -> after.of(name).containsKey(key))
              .filter(key -> !version(before, name, key).equals(version(after, name, key)))
              .count();
      assertThat(new TablePlan.Work(inserts, updates, deletes))
          .as("what was done to %s", name)
          .isEqualTo(planned.getOrDefault(name, new TablePlan.Work(0, 0, 0)));
    }
  }

  private void requireForeignKeys(Rows rows) {
    for (Table table : catalog.classifiable()) {
      for (ForeignKey key : table.foreignKeys()) {
        for (Map<String, String> row : rows.of(table.name()).values()) {
          if (key.columns().stream().map(row::get).allMatch(Objects::nonNull)) {
            assertThat(rows.of(key.target()).values())
                .as("what %s of %s points to", key.name(), row)
                .anyMatch(to -> Rows.match(row, key.columns(), to, key.targetColumns()));
          }
        }
      }
    }
  }
}
