package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.RowSample.Kind;
import io.holdfast.tenant.restore.RowSample.Value;
import io.holdfast.tenant.restore.TablePlan.Work;
import io.holdfast.tenant.restore.TenantRestore.Source;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a restore of one tenant finds, does, and refuses.
@Timeout(300)
class TenantRestoreTest {
  private static final String[] SCHEMA = {
    "CREATE TABLE people (id integer PRIMARY KEY, email text NOT NULL UNIQUE)",
    "CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE projects (id integer PRIMARY KEY, account_id integer NOT NULL CONSTRAINT owner_fk"
        + " REFERENCES accounts ON DELETE CASCADE, code text NOT NULL,"
        + " parent_id integer CONSTRAINT parent_fk REFERENCES projects, UNIQUE (account_id, code))",
    "CREATE TABLE tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id integer NOT"
        + " NULL CONSTRAINT project_fk REFERENCES projects ON DELETE CASCADE, title text, details"
        + " json, slug text UNIQUE, person_id integer CONSTRAINT person_fk REFERENCES people,"
        + " size integer GENERATED ALWAYS AS (length(title)) STORED)",
    "INSERT INTO people VALUES (1, 'ann@example.org'), (2, 'bob@example.org')",
    "INSERT INTO accounts VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO projects VALUES (10, 1, 'a', NULL), (11, 1, 'b', 10), (12, 1, 'c', 11),"
        + " (20, 2, 'a', NULL)",
    "INSERT INTO tasks (project_id, title, details, slug, person_id) VALUES"
        + " (10, 'first', '{\"a\": 1}', 's1', 1), (11, 'second', NULL, 's2', 2),"
        + " (12, E'odd \\\\ text\\n', '[]', NULL, NULL), (20, 'not ours', '{}', 's4', 1)"
  };

  private static TestDatabases databases;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  private ConnectionUrl url;
  private ScopeMap map;

  @BeforeEach
  void create() {
    url = databases.create(SCHEMA);
    map = map(url);
  }

  private static ScopeMap map(ConnectionUrl url, String... edits) {
    Catalog catalog = TestDatabases.catalog(url);
    ScopeMap found =
        Discovery.discover(catalog, "account", name("accounts"), Optional.of("account_id")).map();
    return Maps.edited(found, edits);
  }

  private static QualifiedName name(String table) {
    return new QualifiedName("public", table);
  }

  private StoredTenant stored() throws IOException {
    return StoredTenant.read(url, map, "1");
  }

  private RestoreRun run(StoredTenant stored, Preset preset, String... skipped) throws IOException {
    Set<QualifiedName> tables = new TreeSet<>();
    for (String table : skipped) {
      tables.add(name(table));
    }
    return RestoreRun.open(url, stored, new Goal.Restore(preset.without(tables)));
  }

  private void sql(String... statements) {
    TestDatabases.run(url, statements);
  }

  private List<List<String>> rows(String query) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return sql.query(query);
    }
  }

  private String all() {
    return rows("SELECT 'a', a::text FROM accounts a UNION ALL SELECT 'p', p::text FROM projects p"
            + " UNION ALL SELECT 't', t::text FROM tasks t ORDER BY 1, 2")
        .toString();
  }

  private static Blocked blocked(TablePlan plan) {
    assertThat(plan.blocked()).hasSize(1);
    return plan.blocked().getFirst();
  }

  /// Its id is free, but the name by which others point to it is another tenant's now.
  @Test
  void nothingIsPutUnderWhoeverHasTheNameOfARowNow() throws IOException {
    sql(
        "CREATE TABLE badges (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES"
            + " accounts, name text NOT NULL UNIQUE)",
        "CREATE TABLE visits (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES"
            + " accounts, badge text CONSTRAINT badge_fk REFERENCES badges (name))",
        "INSERT INTO badges VALUES (1, 1, 'gold'), (2, 1, 'iron')",
        "INSERT INTO visits VALUES (1, 1, 'gold'), (2, 1, 'iron')");
    map = map(url);
    StoredTenant stored = stored();
    sql(
        "DELETE FROM visits",
        "DELETE FROM badges",
        "INSERT INTO badges VALUES (7, 2, 'gold'), (2, 1, 'tin'), (8, 1, 'iron')");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(blocked(run.plan("badges")))
          .isEqualTo(new Blocked(Reason.UNIQUE_TAKEN, "badges_name_key", 1));
      assertThat(blocked(run.plan("visits")))
          .isEqualTo(new Blocked(Reason.PARENT_MISSING, "badge_fk", 2));
      run.rollBack();
    }
  }

  @Test
  void singleRowsOfAPlanCanBeLookedAt() throws IOException {
    StoredTenant stored = stored();
    sql(
        "DELETE FROM tasks WHERE slug = 's2'",
        "UPDATE tasks SET title = NULL WHERE slug = 's1'",
        "INSERT INTO projects VALUES (13, 1, 'new', NULL)",
        "UPDATE accounts SET name = repeat('long', 100) WHERE id = 1");
    try (RestoreRun run = run(stored, Preset.MIRROR, "accounts")) {
      assertThat(run.samples(0)).isEmpty();
      List<RowSample> samples = run.samples(3);
      assertThat(samples)
          .extracting(sample -> sample.table().name() + " " + sample.kind() + " " + sample.key())
          .containsExactlyInAnyOrder(
              "tasks INSERT {id=2}",
              "tasks UPDATE {id=1}",
              "projects DELETE {id=13}",
              "accounts DIFFERS {id=1}");
      assertThat(of(samples, Kind.UPDATE).values())
          .containsExactly(new Value("title", Optional.empty(), Optional.of("first")));
      assertThat(of(samples, Kind.INSERT).values())
          .contains(new Value("slug", Optional.empty(), Optional.of("s2")))
          .contains(new Value("details", Optional.empty(), Optional.empty()));
      assertThat(of(samples, Kind.DELETE).values())
          .contains(new Value("code", Optional.of("new"), Optional.empty()));
      assertThat(of(samples, Kind.DIFFERS).values())
          .containsExactly(new Value("name", Optional.of("long".repeat(50)), Optional.of("one")));
      run.rollBack();
    }
    sql("DELETE FROM tasks", "DELETE FROM projects WHERE account_id = 1");
    sql("INSERT INTO projects VALUES (10, 2, 'z', NULL)");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(run.samples(1))
          .filteredOn(sample -> sample.kind() == Kind.BLOCKED)
          .extracting(RowSample::why)
          .containsExactly(Optional.of(Reason.OTHER_OWNER), Optional.of(Reason.NOT_OF_TENANT));
      run.rollBack();
    }
  }

  private static RowSample of(List<RowSample> samples, Kind kind) {
    return samples.stream().filter(sample -> sample.kind() == kind).findFirst().orElseThrow();
  }

  @Test
  void aTenantThatIsAsItWasIsLeftAlone() throws IOException {
    try (RestoreRun run = run(stored(), Preset.MIRROR)) {
      assertThat(run.plan().isEmpty()).isTrue();
      assertThat(run.plan("tasks").identical()).isEqualTo(3);
      assertThat(run.plan().blocked()).isZero();
    }
  }

  @Test
  void rowsThatAreMissingComeBackAndOthersStay() throws IOException {
    String before = all();
    StoredTenant stored = stored();
    sql(
        "DELETE FROM accounts WHERE id = 1 AND false",
        "DELETE FROM tasks WHERE project_id = 11",
        "UPDATE projects SET parent_id = NULL WHERE id = 12",
        "DELETE FROM projects WHERE id = 11",
        "UPDATE tasks SET title = 'changed' WHERE slug = 's1'");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(1, 0, 0));
      assertThat(run.plan("projects").changed()).isEqualTo(1);
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(1, 0, 0));
      run.apply();
    }
    assertThat(rows("SELECT title, size FROM tasks WHERE slug = 's1'"))
        .containsExactly(List.of("changed", "7"));
    sql(
        "UPDATE projects SET parent_id = 11 WHERE id = 12",
        "UPDATE tasks SET title = 'first' WHERE slug = 's1'");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void aWholeAccountThatWasDeletedComesBack() throws IOException {
    String before = all();
    StoredTenant stored = stored();
    sql("DELETE FROM accounts WHERE id = 1");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(run.plan().inserts()).isEqualTo(7);
      run.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void anExactMirrorDeletesWhatCameLaterAndChangesBackWhatChanged() throws IOException {
    String before = all();
    StoredTenant stored = stored();
    sql(
        "INSERT INTO projects VALUES (13, 1, 'd', 12)",
        "INSERT INTO tasks (project_id, title, slug) VALUES (13, 'later', 'x')",
        "UPDATE projects SET parent_id = 13, code = 'z' WHERE id = 11",
        "UPDATE tasks SET details = '{\"a\":1}' WHERE slug = 's1'",
        "DELETE FROM tasks WHERE slug = 's2'");
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(0, 1, 1));
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(1, 1, 1));
      assertThat(run.plan().blocked()).isZero();
      run.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void aRestoreIsUndoneRowByRow() throws IOException {
    StoredTenant stored = stored();
    sql(
        "INSERT INTO projects VALUES (13, 1, 'd', 12)",
        "UPDATE tasks SET title = 'changed' WHERE slug = 's1'",
        "DELETE FROM tasks WHERE slug = 's2'");
    String before = all();
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      safety = run.apply();
    }
    assertThat(all()).isNotEqualTo(before);
    sql("INSERT INTO projects VALUES (14, 1, 'later', NULL)");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan("projects").work()).isEqualTo(new Work(1, 0, 0));
      assertThat(undo.plan("tasks").work()).isEqualTo(new Work(0, 1, 1));
      undo.apply();
    }
    sql("DELETE FROM projects WHERE id = 14");
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void whatSomebodyChangedSinceIsNotUndone() throws IOException {
    StoredTenant stored = stored();
    sql(
        "UPDATE tasks SET title = 'changed' WHERE slug = 's1'",
        "DELETE FROM tasks WHERE slug = 's2'");
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      safety = run.apply();
    }
    sql("UPDATE tasks SET title = 'changed since' WHERE slug IN ('s1', 's2')");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().isEmpty()).isTrue();
      assertThat(blocked(undo.plan("tasks")).reason()).isEqualTo(Reason.CHANGED_SINCE);
      assertThat(undo.plan().blocked()).isEqualTo(2);
    }
  }

  @Test
  void whatSomebodyDeletedSinceIsNotBroughtBackByUndoing() throws IOException {
    StoredTenant stored = stored();
    sql("UPDATE tasks SET title = 'changed' WHERE slug = 's1'");
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      safety = run.apply();
    }
    sql("DELETE FROM tasks WHERE slug = 's1'");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().isEmpty()).isTrue();
      assertThat(blocked(undo.plan("tasks"))).isEqualTo(new Blocked(Reason.CHANGED_SINCE, "", 1));
    }
  }

  @Test
  void undoingSaysNothingOfRowsThatTheRestoreLeftAlone() throws IOException {
    StoredTenant stored = stored();
    sql("UPDATE tasks SET title = 'changed' WHERE slug = 's1'");
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      safety = run.apply();
    }
    sql("UPDATE tasks SET project_id = 20 WHERE slug = 's2'");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan("tasks").work()).isEqualTo(new Work(0, 1, 0));
      assertThat(undo.plan().blocked()).isZero();
    }
  }

  @Test
  void aKeyThatAnotherTenantHasNowBlocksTheRowAndAllThatNeedIt() throws IOException {
    StoredTenant stored = stored();
    sql(
        "DELETE FROM projects WHERE id IN (11, 12)",
        "INSERT INTO projects VALUES (11, 2, 'x', NULL)");
    String before = all();
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      assertThat(run.plan("projects").blocked())
          .containsExactly(
              new Blocked(Reason.OTHER_OWNER, "", 1),
              new Blocked(Reason.PARENT_MISSING, "parent_fk", 1));
      assertThat(run.plan().isEmpty()).isTrue();
      assertThat(blocked(run.plan("tasks"))).isEqualTo(new Blocked(Reason.NOT_OF_TENANT, "", 2));
      run.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void nothingIsPutUnderWhatAnotherTenantHasNow() throws IOException {
    sql(
        "CREATE TABLE notes (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts,"
            + " project_id integer CONSTRAINT about_fk REFERENCES projects)",
        "INSERT INTO notes VALUES (1, 1, 12), (2, 1, NULL)");
    StoredTenant stored = StoredTenant.read(url, map(url), "1");
    sql(
        "DELETE FROM notes",
        "DELETE FROM projects WHERE id = 12",
        "INSERT INTO projects VALUES (12, 2, 'x', NULL)");
    for (String[] skipped : new String[][] {{}, {"projects"}}) {
      try (RestoreRun run = run(stored, Preset.OVERWRITE, skipped)) {
        assertThat(run.plan("notes").work()).isEqualTo(new Work(1, 0, 0));
        assertThat(blocked(run.plan("notes")))
            .isEqualTo(new Blocked(Reason.PARENT_MISSING, "about_fk", 1));
      }
    }
  }

  @Test
  void whatBelongsToARowWithoutAForeignKeyKeepsItFromBeingDeleted() throws IOException {
    sql(
        "CREATE TABLE remarks (id integer PRIMARY KEY, about text NOT NULL, about_id bigint NOT NULL)",
        "CREATE TABLE of_nobody (id integer PRIMARY KEY)",
        "INSERT INTO remarks VALUES (1, 'Project', 10)");
    ScopeMap polymorphic =
        map(
            url,
            "  public.tasks: {via: fk project_fk}\n",
            "  public.tasks: {via: fk project_fk}\n  public.remarks: {via: {polymorphic: {type:"
                + " about, id: about_id, map: {Project: public.projects}}}}\n",
            "  public.remarks: \"not reachable from the root: decide\"\n",
            "");
    StoredTenant stored = StoredTenant.read(url, polymorphic, "1");
    sql(
        "INSERT INTO projects VALUES (13, 1, 'later', NULL), (14, 1, 'later too', NULL)",
        "INSERT INTO remarks VALUES (2, 'Project', 13), (3, 'Task', 14)");
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(0, 0, 2));
      assertThat(run.plan("remarks").work()).isEqualTo(new Work(0, 0, 1));
    }
    try (RestoreRun run = run(stored, Preset.MIRROR, "remarks")) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(0, 0, 1));
      assertThat(blocked(run.plan("projects")))
          .isEqualTo(new Blocked(Reason.STILL_REFERENCED, "public.remarks", 1));
    }
  }

  @Test
  void aRestoreIsUndoneAlsoIfAColumnCameSinceTheBackup() throws IOException {
    StoredTenant stored = stored();
    sql(
        "ALTER TABLE tasks ADD COLUMN colour text DEFAULT 'red'",
        "UPDATE tasks SET title = 'changed' WHERE slug = 's1'",
        "DELETE FROM tasks WHERE slug = 's2'");
    String before = all();
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      safety = run.apply();
    }
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().blocked()).isZero();
      undo.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void sequencesThatGaveNothingYetAreLiftedWhoseverTheyAre() throws IOException {
    sql(
        "CREATE SEQUENCE loose",
        "CREATE TABLE tickets (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, number integer"
            + " NOT NULL DEFAULT nextval('loose'), account_id integer NOT NULL REFERENCES accounts)",
        "INSERT INTO tickets VALUES (1, 1, 1)");
    map = map(url);
    StoredTenant stored = stored();
    sql("DELETE FROM tickets");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      run.apply();
    }
    assertThat(rows("INSERT INTO tickets (account_id) VALUES (1) RETURNING id, number"))
        .hasToString("[[2, 2]]");
  }

  @Test
  void rowsOfTablesThatCameSinceTheBackupStay() throws IOException {
    StoredTenant old = stored();
    sql(
        "CREATE TABLE notes (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts)",
        "INSERT INTO notes VALUES (1, 1)",
        "DELETE FROM tasks WHERE slug = 's2'");
    StoredTenant stored =
        new StoredTenant(
            map(url), old.id(), old.tables(), old.references(), old.rows(), old.undo(), List.of());
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan("notes").work()).isEqualTo(new Work(0, 0, 0));
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(1, 0, 0));
      assertThat(run.remarks())
          .containsExactly("table public.notes is not in the backup: its rows stay as they are");
      safety = run.apply();
    }
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan("notes").identical()).isEqualTo(1);
      assertThat(undo.plan("tasks").work()).isEqualTo(new Work(0, 0, 1));
    }
  }

  @Test
  void aColumnThatKeepsItsValueIsLookedAtAsItWillBe() throws IOException {
    ScopeMap keeping =
        map(
            url,
            "\ntriggers:",
            "\ncolumns:\n  public.tasks.slug: {restore: keep-target}\ntriggers:");
    StoredTenant stored = StoredTenant.read(url, keeping, "1");
    sql(
        "UPDATE tasks SET slug = 'mine', title = 'changed' WHERE slug = 's1'",
        "UPDATE tasks SET slug = 's1' WHERE slug = 's4'",
        "UPDATE tasks SET slug = 'only' WHERE slug = 's2'");
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(0, 1, 0));
      assertThat(run.plan("tasks").identical()).isEqualTo(2);
      run.apply();
    }
    assertThat(rows("SELECT title, slug FROM tasks WHERE slug = 'mine'"))
        .containsExactly(List.of("first", "mine"));
  }

  @Test
  void typesThatCompareByRulesOfTheirOwnAreRefusedInKeys() {
    sql(
        "CREATE TYPE pair AS (a integer, b integer)",
        "CREATE FUNCTION pair_less(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT ($1).a < ($2).a'",
        "CREATE FUNCTION pair_same(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT ($1).a = ($2).a'",
        "CREATE FUNCTION pair_order(pair, pair) RETURNS integer LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT sign(($1).a - ($2).a)::integer'",
        "CREATE OPERATOR < (leftarg = pair, rightarg = pair, function = pair_less)",
        "CREATE OPERATOR = (leftarg = pair, rightarg = pair, function = pair_same)",
        "CREATE OPERATOR CLASS pair_class DEFAULT FOR TYPE pair USING btree AS OPERATOR 1 <,"
            + " OPERATOR 3 =, FUNCTION 1 pair_order(pair, pair)",
        "CREATE DOMAIN place AS pair",
        "CREATE TABLE seats (at place PRIMARY KEY, account_id integer REFERENCES accounts)");
    ScopeMap seats = map(url);
    assertThatThrownBy(() -> StoredTenant.read(url, seats, "1"))
        .hasMessageContaining("column at of public.seats")
        .hasMessageContaining("public.place");
  }

  @Test
  void aSkippedTableBlocksRowsThatNeedWhatIsMissingInIt() throws IOException {
    StoredTenant stored = stored();
    sql("DELETE FROM projects WHERE id IN (11, 12)");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING, "projects")) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(0, 0, 0));
      assertThat(run.plan("projects").fresh()).isEqualTo(2);
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(0, 0, 0));
      assertThat(run.plan("tasks").blockedRows()).isEqualTo(2);
    }
  }

  @Test
  void aValueThatMustBeUniqueAndIsTakenBlocks() throws IOException {
    StoredTenant stored = stored();
    sql("DELETE FROM tasks WHERE slug = 's2'", "UPDATE tasks SET slug = 's2' WHERE slug = 's4'");
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      assertThat(blocked(run.plan("tasks")))
          .isEqualTo(new Blocked(Reason.UNIQUE_TAKEN, "tasks_slug_key", 1));
    }
  }

  @Test
  void rulesThatThePlanDoesNotLookAtAreSaid() throws IOException {
    StoredTenant stored = stored();
    sql(
        "CREATE UNIQUE INDEX one_title ON tasks (lower(title))",
        "DELETE FROM tasks WHERE slug = 's2'",
        "UPDATE tasks SET title = 'SECOND' WHERE slug = 's4'");
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(run.remarks())
          .containsExactly(
              "whether one_title of public.tasks stands in the way is not known before the restore");
      assertThatThrownBy(run::apply).hasMessageContaining("one_title");
    }
  }

  @Test
  void aValueThatIsGivenUpByTheSameRestoreIsNotTaken() throws IOException {
    String before = all();
    StoredTenant stored = stored();
    sql("DELETE FROM tasks WHERE slug = 's2'", "UPDATE tasks SET slug = 's2' WHERE slug = 's1'");
    try (RestoreRun run = run(stored, Preset.OVERWRITE)) {
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(1, 1, 0));
      run.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void deletingNeverTakesRowsOfOthersAlong() throws IOException {
    StoredTenant stored = stored();
    sql(
        "INSERT INTO projects VALUES (13, 1, 'later', NULL), (14, 1, 'later too', NULL)",
        "CREATE TABLE elsewhere (id integer PRIMARY KEY, project_id integer REFERENCES projects ON"
            + " DELETE CASCADE)",
        "INSERT INTO elsewhere VALUES (1, 13)");
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan("projects").work()).isEqualTo(new Work(0, 0, 1));
      assertThat(blocked(run.plan("projects")).reason()).isEqualTo(Reason.CASCADE);
      run.apply();
    }
    assertThat(rows("SELECT id FROM projects WHERE id > 12 ORDER BY 1"))
        .containsExactly(List.of("13"), List.of("20"));
    assertThat(rows("SELECT id FROM elsewhere")).containsExactly(List.of("1"));
  }

  @Test
  void peopleAreFoundByTheirNamesInAnotherDatabase() throws IOException {
    StoredTenant stored = stored();
    ConnectionUrl other = databases.create(SCHEMA);
    TestDatabases.run(
        other,
        "DELETE FROM accounts",
        "DELETE FROM people",
        "INSERT INTO people VALUES (1, 'bob@example.org'), (2, 'carl@example.org')");
    Goal goal = new Goal.Restore(Preset.CREATE_MISSING.without(Set.of()));
    try (RestoreRun run = RestoreRun.open(other, stored, goal, Source.ANOTHER_DATABASE)) {
      assertThat(blocked(run.plan("tasks")))
          .isEqualTo(new Blocked(Reason.REFERENCE_MISSING, "person_fk", 1));
      run.apply();
    }
    try (SqlConnection sql = SqlConnection.open(other, "test")) {
      assertThat(sql.query("SELECT slug, person_id FROM tasks ORDER BY id"))
          .containsExactly(List.of("s2", "1"), List.of("", ""));
      assertThat(sql.query("INSERT INTO tasks (project_id) VALUES (10) RETURNING id"))
          .containsExactly(List.of("5"));
    }
  }

  @Test
  void whatOthersDoBetweenPlanAndRestoreEndsIt() throws IOException {
    sql(
        "CREATE TABLE elsewhere (id integer PRIMARY KEY, project_id integer REFERENCES projects ON"
            + " DELETE CASCADE)");
    StoredTenant stored = stored();
    sql(
        "INSERT INTO projects VALUES (13, 1, 'later', NULL)",
        "UPDATE tasks SET title = 'changed' WHERE slug = 's1'",
        "DELETE FROM tasks WHERE slug = 's2'");
    for (String meanwhile :
        List.of(
            "INSERT INTO elsewhere VALUES (1, 13)",
            "INSERT INTO projects VALUES (21, 2, 'child of another', 13)",
            "UPDATE tasks SET title = 'changed meanwhile' WHERE slug = 's1'",
            "UPDATE tasks SET slug = 's2' WHERE slug = 's4'",
            "UPDATE projects SET code = 'changed meanwhile' WHERE id = 13",
            "UPDATE projects SET parent_id = NULL WHERE id = 12; DELETE FROM projects WHERE id ="
                + " 11")) {
      String before;
      try (RestoreRun run = run(stored, Preset.MIRROR)) {
        sql(meanwhile);
        before = all();
        assertThatThrownBy(run::apply).as(meanwhile).isInstanceOf(ServerErrorException.class);
      }
      assertThat(all()).isEqualTo(before);
      sql(
          "DELETE FROM elsewhere",
          "DELETE FROM projects WHERE id = 21",
          "UPDATE projects SET code = 'later' WHERE id = 13",
          "UPDATE tasks SET slug = 's4' WHERE slug = 's2'");
    }
  }

  @Test
  void anOperatorStandsForPeopleWhoAreMissingWhereTheMapSaysSo() throws IOException {
    ScopeMap mapped = map(url, "{match: [email]}", "{match: [email], missing: map-to-operator}");
    StoredTenant stored = StoredTenant.read(url, mapped, "1");
    sql(
        "DELETE FROM tasks WHERE slug IN ('s1', 's2', 's4')",
        "DELETE FROM people WHERE id = 2",
        "INSERT INTO people VALUES (3, 'op@example.org')");
    Goal goal =
        new Goal.Restore(Preset.CREATE_MISSING.without(Set.of()), Optional.of("op@example.org"));
    try (RestoreRun run = RestoreRun.open(url, stored, goal)) {
      assertThat(run.plan("tasks").work()).isEqualTo(new Work(2, 0, 0));
      run.apply();
    }
    assertThat(rows("SELECT slug, person_id FROM tasks WHERE slug IS NOT NULL ORDER BY 1"))
        .containsExactly(List.of("s1", "1"), List.of("s2", "3"));
  }

  @Test
  void withoutTriggersForeignKeysAreHeldAllTheSame() throws IOException {
    ScopeMap replica = map(url, "triggers: fire", "triggers: replica");
    StoredTenant stored = StoredTenant.read(url, replica, "1");
    sql(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := 'spoilt';"
            + " RETURN NEW; END $$",
        "CREATE TRIGGER spoil BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION spoil()",
        "DELETE FROM projects WHERE id = 12");
    String trigger = "SELECT title FROM tasks WHERE project_id = 12";
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      run.apply();
    }
    assertThat(rows(trigger)).containsExactly(List.of("odd \\ text\n"));
    assertThatThrownBy(() -> run(stored, Preset.MIRROR).close())
        .hasMessageContaining("triggers: replica");
  }

  @Test
  void theDigestTellsWhatWouldBeDone() throws IOException {
    StoredTenant stored = stored();
    sql("UPDATE tasks SET title = 'changed' WHERE slug = 's1'");
    String first = digest(stored, Preset.OVERWRITE);
    assertThat(digest(stored, Preset.OVERWRITE)).isEqualTo(first);
    assertThat(digest(stored, Preset.MIRROR)).isNotEqualTo(first);
    sql("UPDATE tasks SET title = 'not ours, changed' WHERE slug = 's4'");
    assertThat(digest(stored, Preset.OVERWRITE)).isEqualTo(first);
    sql("UPDATE tasks SET title = 'changed again' WHERE slug = 's1'");
    assertThat(digest(stored, Preset.OVERWRITE)).isNotEqualTo(first);
  }

  private String digest(StoredTenant stored, Preset preset) throws IOException {
    try (RestoreRun run = run(stored, preset)) {
      return run.plan().digest();
    }
  }
}
