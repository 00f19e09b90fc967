package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.restore.Goal.Numbers;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a copy of one tenant to another makes anew, keeps, and refuses.
@Timeout(300)
class TenantCopyTest {
  private static final String[] SCHEMA = {
    "CREATE TABLE people (id integer PRIMARY KEY, email text NOT NULL UNIQUE)",
    "CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE projects (id uuid PRIMARY KEY, account_id integer NOT NULL CONSTRAINT owner_fk"
        + " REFERENCES accounts ON DELETE CASCADE, code text NOT NULL,"
        + " parent_id uuid CONSTRAINT parent_fk REFERENCES projects, UNIQUE (account_id, code))",
    "CREATE TABLE tasks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, project_id uuid NOT"
        + " NULL CONSTRAINT project_fk REFERENCES projects ON DELETE CASCADE, title text,"
        + " public_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,"
        + " person_id integer CONSTRAINT person_fk REFERENCES people,"
        + " next_id bigint CONSTRAINT next_fk REFERENCES tasks, account_id integer NOT NULL)",
    "CREATE TABLE notes (id text PRIMARY KEY, owner_type text NOT NULL, owner_id text NOT NULL,"
        + " body text)",
    "CREATE TABLE boards (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts,"
        + " layout jsonb, task_ids bigint[], secret_id uuid)",
    "INSERT INTO people VALUES (1, 'ann@example.org'), (2, 'bob@example.org')",
    "INSERT INTO accounts VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO projects VALUES"
        + " ('aaaaaaaa-0000-0000-0000-000000000010', 1, 'a', NULL),"
        + " ('aaaaaaaa-0000-0000-0000-000000000011', 1, 'b', 'aaaaaaaa-0000-0000-0000-000000000010'),"
        + " ('aaaaaaaa-0000-0000-0000-000000000020', 2, 'a', NULL)",
    "INSERT INTO tasks (project_id, title, person_id, next_id, account_id) VALUES"
        + " ('aaaaaaaa-0000-0000-0000-000000000010', 'first', 1, 2, 1),"
        + " ('aaaaaaaa-0000-0000-0000-000000000011', 'second', 2, NULL, 1),"
        + " ('aaaaaaaa-0000-0000-0000-000000000020', 'not ours', 1, NULL, 2)",
    "INSERT INTO notes VALUES"
        + " ('bbbbbbbb-0000-0000-0000-000000000001', 'Task', '1', 'of a task'),"
        + " ('bbbbbbbb-0000-0000-0000-000000000002', 'Project',"
        + " 'aaaaaaaa-0000-0000-0000-000000000011', 'of a project'),"
        + " ('bbbbbbbb-0000-0000-0000-000000000003', 'Task', '3', 'not ours')",
    "INSERT INTO boards VALUES (7, 1, '{\"rows\": [{\"task\": 2}, {\"task\": \"1\"}, {\"task\": 99},"
        + " {\"no\": 1}], \"title\": 2}', '{2,NULL,1,77}',"
        + " 'cccccccc-0000-0000-0000-000000000001'), (8, 2, '{}', NULL, NULL)"
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
    map = map();
  }

  private ScopeMap map(String... edits) {
    Catalog catalog = TestDatabases.catalog(url);
    ScopeMap found =
        Discovery.discover(
                catalog,
                "account",
                new QualifiedName("public", "accounts"),
                Optional.of("account_id"))
            .map();
    ScopeMap whole =
        Maps.edited(
            found,
            "\nreferenced:",
            "\n  public.notes:\n    via: {polymorphic: {type: owner_type, id: owner_id, map: {Task:"
                + " public.tasks, Project: public.projects}}}\nvirtualReferences:\n"
                + "  - {from: public.boards.layout, json: \"$.rows[*].task\", to: public.tasks.id}\n"
                + "  - {from: public.boards.task_ids, to: public.tasks.id}\nreferenced:",
            "excluded:\n  public.notes: \"not reachable from the root: decide\"\n",
            "");
    return Maps.edited(whole, edits);
  }

  private Goal.Copy copy(String to, Numbers numbers) {
    return new Goal.Copy("1", to, "op", numbers, new TreeSet<>(), Optional.empty());
  }

  private List<List<String>> rows(String query) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return sql.query(query);
    }
  }

  private String all() {
    return rows("SELECT 'a', a::text FROM accounts a UNION ALL SELECT 'p', p::text FROM projects p"
            + " UNION ALL SELECT 't', t::text FROM tasks t UNION ALL SELECT 'n', n::text FROM notes n"
            + " UNION ALL SELECT 'b', b::text FROM boards b ORDER BY 1, 2")
        .toString();
  }

  private StoredTenant stored() throws IOException {
    return StoredTenant.read(url, map, "1");
  }

  private StoredTenant copied(StoredTenant stored, String to) throws IOException {
    String shown;
    try (RestoreRun run = RestoreRun.open(url, stored, copy(to, Numbers.SHOWN))) {
      assertThat(run.plan().blocked()).isZero();
      shown = run.plan().digest();
    }
    try (RestoreRun run = RestoreRun.open(url, stored, copy(to, Numbers.DRAWN))) {
      assertThat(run.plan().digest()).isEqualTo(shown);
      return run.apply();
    }
  }

  @Test
  void idsAreMadeAnewAndWhatPointsToThemFollows() throws IOException {
    String before = all();
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT code, (SELECT code FROM projects q WHERE q.id = p.parent_id) FROM"
                    + " projects p WHERE account_id = 9 ORDER BY 1"))
        .hasToString("[[a, ], [b, a]]");
    assertThat(
            rows(
                "SELECT title, code, (SELECT title FROM tasks n WHERE n.id = t.next_id),"
                    + " (SELECT email FROM people WHERE id = person_id) FROM tasks t JOIN projects p ON"
                    + " p.id = project_id WHERE t.account_id = 9 AND p.account_id = 9 ORDER BY 1"))
        .hasToString("[[first, a, second, ann@example.org], [second, b, , bob@example.org]]");
    assertThat(
            rows(
                "SELECT body, (SELECT title FROM tasks WHERE id::text = owner_id AND account_id"
                    + " = 9), (SELECT code FROM projects WHERE id::text = owner_id AND account_id = 9)"
                    + " FROM notes WHERE owner_id NOT IN (SELECT id::text FROM tasks WHERE account_id <>"
                    + " 9 UNION SELECT id::text FROM projects WHERE account_id <> 9) ORDER BY 1"))
        .hasToString("[[of a project, , b], [of a task, first, ]]");
    assertThat(rows("SELECT count(*), count(DISTINCT id), count(DISTINCT public_id) FROM tasks"))
        .hasToString("[[5, 5, 5]]");
    rows(
        "DELETE FROM notes WHERE owner_id IN (SELECT id::text FROM tasks WHERE account_id = 9 UNION"
            + " SELECT id::text FROM projects WHERE account_id = 9) RETURNING 1");
    rows("DELETE FROM boards WHERE account_id = 9 RETURNING 1");
    rows("DELETE FROM accounts WHERE id = 9 RETURNING 1");
    assertThat(all()).as("everything else").isEqualTo(before);
  }

  @Test
  void idsInJsonAndInArraysFollowWhereTheMapSaysSo() throws IOException {
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT (SELECT title FROM tasks WHERE id = (layout #>> '{rows,0,task}')::int),"
                    + " jsonb_typeof(layout #> '{rows,0,task}'), (SELECT title FROM tasks WHERE id ="
                    + " (layout #>> '{rows,1,task}')::int), jsonb_typeof(layout #> '{rows,1,task}'),"
                    + " layout #>> '{rows,2,task}', layout #>> '{rows,3,no}', layout ->> 'title',"
                    + " (SELECT title FROM tasks WHERE id = task_ids[1] AND account_id = 9), task_ids[2],"
                    + " (SELECT title FROM tasks WHERE id = task_ids[3] AND account_id = 9), task_ids[4]"
                    + " FROM boards WHERE account_id = 9"))
        .hasToString("[[second, number, first, string, 99, 1, 2, second, , first, 77]]");
  }

  @Test
  void idsInArraysOfSeveralDimensionsAndOfSeveralKindsFollow() throws IOException {
    rows(
        "CREATE TABLE rooms (id bigint PRIMARY KEY, name text, account_id integer NOT NULL"
            + " REFERENCES accounts)");
    rows(
        "CREATE TABLE plans (id uuid PRIMARY KEY, mixed bigint[], cells bigint[], cubes bigint[],"
            + " account_id integer NOT NULL)");
    // What the tasks become, 4 and 5, rooms were called before.
    rows("INSERT INTO rooms VALUES (4, 'four', 1), (5, 'five', 1) RETURNING 1");
    rows(
        "INSERT INTO plans VALUES (gen_random_uuid(), '{1,4,2,5,77}', '{{1,2},{NULL,77}}',"
            + " '{{{1},{2}}}', 1) RETURNING 1");
    map =
        map(
            "virtualReferences:\n",
            "virtualReferences:\n  - {from: public.plans.mixed, to: public.tasks.id}\n"
                + "  - {from: public.plans.mixed, to: public.rooms.id}\n"
                + "  - {from: public.plans.cells, to: public.tasks.id}\n"
                + "  - {from: public.plans.cubes, to: public.tasks.id}\n");
    copied(stored(), "9");
    assertThat(rows("SELECT mixed, cells, cubes FROM plans WHERE account_id = 9"))
        .hasToString("[[{4,6,5,7,77}, {{4,5},{NULL,77}}, {{{4},{5}}}]]");
  }

  @Test
  void numbersAreTheSameInEverySpelling() throws IOException {
    rows(
        "CREATE TABLE racks (id numeric PRIMARY KEY, account_id integer NOT NULL REFERENCES"
            + " accounts)");
    rows(
        "CREATE TABLE disks (id uuid PRIMARY KEY, rack numeric(10,2) NOT NULL CONSTRAINT rack_fk"
            + " REFERENCES racks, near integer REFERENCES racks, what jsonb, many numeric(10,2)[])");
    rows("INSERT INTO racks VALUES (1, 1), (2.0, 1), (3, 2) RETURNING 1");
    rows(
        "INSERT INTO disks VALUES (gen_random_uuid(), 1, 2, '{\"rack\": 2.00}', '{1,2}') RETURNING"
            + " 1");
    map =
        map(
            "virtualReferences:\n",
            "virtualReferences:\n  - {from: public.disks.what, json: \"$.rack\", to:"
                + " public.racks.id}\n  - {from: public.disks.many, to: public.racks.id}\n");
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT rack, near, what ->> 'rack', many FROM disks d WHERE EXISTS (SELECT FROM"
                    + " racks r WHERE r.id = rack AND account_id = 9)"))
        .hasToString("[[4.00, 5, 5, {4.00,5.00}]]");
  }

  @Test
  void keysMayPointToWiderAndToNarrowerOnes() throws IOException {
    rows(
        "CREATE TABLE racks (id smallint PRIMARY KEY, code varchar(40) UNIQUE, account_id integer"
            + " NOT NULL REFERENCES accounts)");
    rows(
        "CREATE TABLE disks (id uuid PRIMARY KEY, rack bigint NOT NULL REFERENCES racks, code text"
            + " REFERENCES racks (code))");
    rows(
        "INSERT INTO racks VALUES (1, 'aaaaaaaa-0000-0000-0000-000000000077', 1), (2, NULL, 2)"
            + " RETURNING 1");
    rows(
        "INSERT INTO disks VALUES (gen_random_uuid(), 1, 'aaaaaaaa-0000-0000-0000-000000000077')"
            + " RETURNING 1");
    map = map();
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT r.id, d.code = r.code FROM disks d JOIN racks r ON r.id = d.rack WHERE"
                    + " account_id = 9"))
        .hasToString("[[3, t]]");
  }

  @Test
  void aShortIdInThePathOfAFileStays() throws IOException {
    rows("CREATE TABLE scans (id uuid PRIMARY KEY, account_id integer NOT NULL, path text)");
    rows(
        "INSERT INTO scans VALUES (gen_random_uuid(), 1, '2024/1/scan.pdf'), (gen_random_uuid(), 1,"
            + " '1/a.pdf') RETURNING 1");
    map =
        map(
            "\nreferenced:",
            "\nassets:\n  scans: {table: public.scans, key: path, store: files}\nreferenced:");
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("9", Numbers.SHOWN))) {
      assertThat(run.files("scans"))
          .hasSize(2)
          .allSatisfy(
              (name, file) ->
                  assertThat(name).matches("copy-[0-9a-f]{8}/" + Pattern.quote(file.stored())));
    }
  }

  @Test
  void whereTheMapSaysSoAShortIdInThePathOfAFileBecomesTheNewOneToo() throws IOException {
    rows("CREATE TABLE scans (id uuid PRIMARY KEY, account_id integer NOT NULL, path text)");
    rows(
        "INSERT INTO scans VALUES (gen_random_uuid(), 1, 'in/1/1/a'), (gen_random_uuid(), 1,"
            + " 'in/1/b'), (gen_random_uuid(), 1, 'in/11/c'), (gen_random_uuid(), 2, 'in/9/b')"
            + " RETURNING 1");
    map =
        map(
            "\nreferenced:",
            "\nassets:\n  scans: {table: public.scans, key: path, store: files, keys:"
                + " 'in/{id}/**'}\nreferenced:");
    Goal.Copy goal = copy("9", Numbers.SHOWN);
    try (RestoreRun run = RestoreRun.open(url, stored(), goal)) {
      String mark = "copy-" + goal.mark() + "/";
      assertThat(run.files("scans").keySet())
          .containsExactlyInAnyOrder("in/9/1/a", "in/9/" + mark + "b", mark + "in/11/c");
    }
  }

  @Test
  void aLongIdInThePathOfAFileBecomesTheNewOneWhereNobodyHasTheName() throws IOException {
    String id = "dddddddd-0000-0000-0000-000000000001";
    String to = "dddddddd-0000-0000-0000-000000000002";
    rows("CREATE TABLE firms (id uuid PRIMARY KEY)");
    rows("CREATE TABLE scans (id uuid PRIMARY KEY, firm_id uuid REFERENCES firms, path text)");
    rows("INSERT INTO firms VALUES ('" + id + "'), ('" + to + "') RETURNING 1");
    rows(
        "INSERT INTO scans VALUES (gen_random_uuid(), '%1$s', 'in/%1$s/a'), (gen_random_uuid(),"
                .formatted(id)
            + " '%1$s', 'in/%1$s/b'), (gen_random_uuid(), '%2$s', 'in/%2$s/b') RETURNING 1"
                .formatted(id, to));
    ScopeMap firms =
        Maps.edited(
            Discovery.discover(
                    TestDatabases.catalog(url),
                    "firm",
                    new QualifiedName("public", "firms"),
                    Optional.of("firm_id"))
                .map(),
            "\nexcluded:",
            "\nassets:\n  scans: {table: public.scans, key: path, store: files}\nexcluded:");
    Goal.Copy goal = new Goal.Copy(id, to, "op", Numbers.SHOWN, new TreeSet<>(), Optional.empty());
    try (RestoreRun run = RestoreRun.open(url, StoredTenant.read(url, firms, id), goal)) {
      assertThat(run.files("scans").keySet())
          .containsExactly("copy-" + goal.mark() + "/in/" + to + "/b", "in/" + to + "/a");
    }
  }

  @Test
  void aColumnThatLooksLikeAnIdIsNamed() throws IOException {
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("9", Numbers.SHOWN))) {
      assertThat(run.remarks())
          .anyMatch(text -> text.startsWith("public.boards.secret_id looks as if it held ids"))
          .noneMatch(text -> text.contains("person_id") || text.contains("project_id"));
    }
  }

  @Test
  void aPreviewMovesNoSequence() throws IOException {
    String sequence = "SELECT last_value, is_called FROM tasks_id_seq";
    String before = rows(sequence).toString();
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("9", Numbers.SHOWN))) {
      assertThat(run.plan().inserts()).isEqualTo(8);
    }
    assertThat(rows(sequence)).hasToString(before);
  }

  @Test
  void undoingGivesUpWhereARowBeginsToPointToWhatGoes() throws IOException {
    StoredTenant safety = copied(stored(), "9");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().deletes()).isEqualTo(8);
      rows(
          "INSERT INTO tasks (project_id, title, account_id) SELECT id, 'new', 9 FROM projects WHERE"
              + " account_id = 9 RETURNING 1");
      String now = all();
      assertThatThrownBy(undo::apply)
          .isInstanceOfSatisfying(
              ServerErrorException.class, e -> assertThat(e.sqlState()).isEqualTo("40001"));
      undo.rollBack();
      assertThat(all()).isEqualTo(now);
    }
  }

  @Test
  void aSequenceThatGivesNothingStaysWhereItIs() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    rows(
        "INSERT INTO tasks (id, project_id, account_id) OVERRIDING SYSTEM VALUE VALUES (1000,"
            + " 'aaaaaaaa-0000-0000-0000-000000000020', 2) RETURNING 1");
    String before = rows("SELECT last_value, is_called FROM tasks_id_seq").toString();
    try (RestoreRun again =
        RestoreRun.open(url, stored.afterRun(first), copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
    }
    assertThat(rows("SELECT last_value, is_called FROM tasks_id_seq")).hasToString(before);
  }

  @Test
  void theSameOperationMakesTheSameIdsAndNoDuplicates() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    String once = all();
    try (RestoreRun again =
        RestoreRun.open(url, stored.afterRun(first), copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
      assertThat(again.plan().blocked()).isZero();
    }
    rows("DELETE FROM tasks WHERE account_id = 9 RETURNING 1");
    try (RestoreRun again =
        RestoreRun.open(url, stored.afterRun(first), copy("9", Numbers.DRAWN))) {
      assertThat(again.plan("tasks").work().inserts()).isEqualTo(2);
      assertThat(again.plan().inserts()).isEqualTo(2);
      again.apply();
    }
    assertThat(all()).isEqualTo(once);
  }

  @Test
  void aCopyIsUndone() throws IOException {
    String before = all();
    StoredTenant safety = copied(stored(), "9");
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().deletes()).isEqualTo(8);
      undo.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void numbersOfAnUndoneCopyThatOthersTookAreNotItsAnyMore() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    StoredTenant undone = undone(first);
    rows("INSERT INTO accounts VALUES (9, 'now') RETURNING 1");
    rows("INSERT INTO boards VALUES (9, 9, '{\"new\": true}', NULL, NULL) RETURNING 1");
    rows("SELECT setval('tasks_id_seq', 3)");
    rows(
        "INSERT INTO tasks (project_id, title, account_id) VALUES"
            + " ('aaaaaaaa-0000-0000-0000-000000000020', 'taken', 2) RETURNING 1");
    StoredTenant before = stored.afterRun(first).afterOther(undone);
    StoredTenant second = copied(before, "9");
    try (RestoreRun again =
        RestoreRun.open(url, before.afterRun(second), copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).as("what the newest run made counts").isTrue();
    }
    assertThat(rows("SELECT count(*), count(layout -> 'rows') FROM boards WHERE account_id = 9"))
        .hasToString("[[2, 1]]");
    assertThat(rows("SELECT title FROM tasks WHERE account_id = 9 ORDER BY 1"))
        .hasToString("[[first], [second]]");
    assertThat(rows("SELECT layout::text FROM boards WHERE id = 9"))
        .hasToString("[[{\"new\": true}]]");
    assertThat(rows("SELECT title FROM tasks WHERE id = 4")).hasToString("[[taken]]");
  }

  @Test
  void aCopyThatWasUndoneIsMadeAgainAndOnce() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    String whole = all();
    StoredTenant undone = undone(first);
    StoredTenant second = copied(stored.afterRun(first).afterOther(undone), "9");
    assertThat(all()).isEqualTo(whole);
    StoredTenant later = stored.afterRun(first).afterOther(undone).afterRun(second);
    try (RestoreRun again = RestoreRun.open(url, later, copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
      assertThat(again.plan().blocked()).isZero();
    }
  }

  @Test
  void aCopyWhoseUndoWasUndoneIsThere() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    StoredTenant undone = undone(first);
    StoredTenant back = undone(undone);
    StoredTenant later = stored.afterRun(first).afterOther(undone).afterOther(back);
    try (RestoreRun again = RestoreRun.open(url, later, copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
      assertThat(again.plan().blocked()).isZero();
    }
  }

  private StoredTenant undone(StoredTenant safety) throws IOException {
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      return undo.apply();
    }
  }

  @Test
  void whatAnyRunMadeIsKnownToAllThatFollow() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    rows("UPDATE boards SET id = 70 WHERE id = 7 RETURNING 1");
    StoredTenant newer = stored();
    StoredTenant second = copied(newer.afterRun(first), "9");
    Map<String, byte[]> forgetful = new HashMap<>(second.undo());
    forgetful.put("public.tasks.id", new byte[0]);
    StoredTenant third = stored().afterRun(first).afterRun(second.withUndo(forgetful));
    try (RestoreRun again = RestoreRun.open(url, third, copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
      assertThat(again.plan().blocked()).isZero();
    }
  }

  @Test
  void valuesAreFoundByAnyColumnThatHasThem() throws IOException {
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    Map<String, byte[]> other = new HashMap<>(first.undo());
    other.put(
        "public.tasks.next_id", Objects.requireNonNull(other.remove("public.tasks.id"), "values"));
    StoredTenant later = stored.afterRun(first.withUndo(other));
    try (RestoreRun again = RestoreRun.open(url, later, copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
      assertThat(again.plan().blocked()).isZero();
    }
  }

  @Test
  void anAccountThatIsThereKeepsItsRowsAndGetsTheOthers() throws IOException {
    rows("INSERT INTO projects SELECT gen_random_uuid(), 2, 'b', NULL RETURNING 1");
    String row = rows("SELECT a::text FROM accounts a WHERE id = 2").toString();
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("2", Numbers.SHOWN))) {
      assertThat(run.plan("accounts").work().isEmpty()).isTrue();
      assertThat(run.plan("accounts").blockedRows()).isZero();
      assertThat(run.plan("projects").blocked())
          .as("codes are unique in an account")
          .extracting(Blocked::reason)
          .contains(Reason.UNIQUE_TAKEN);
      assertThat(run.plan("boards").work().inserts()).isEqualTo(1);
    }
    assertThat(rows("SELECT a::text FROM accounts a WHERE id = 2")).hasToString(row);
  }

  @Test
  void nothingIsTiedToARowThatHasTheKeyByChance() throws IOException {
    rows(
        "CREATE TABLE rooms (account_id integer REFERENCES accounts, number integer, name text,"
            + " PRIMARY KEY (account_id, number))");
    rows(
        "CREATE TABLE beds (id integer PRIMARY KEY, account_id integer, number integer, FOREIGN KEY"
            + " (account_id, number) REFERENCES rooms)");
    rows("INSERT INTO rooms VALUES (1, 1, 'blue'), (1, 2, 'red'), (2, 1, 'green') RETURNING 1");
    rows("INSERT INTO beds VALUES (1, 1, 1), (2, 1, 2) RETURNING 1");
    map = map();
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("2", Numbers.SHOWN))) {
      assertThat(run.plan("rooms").blocked()).containsExactly(new Blocked(Reason.KEY_TAKEN, "", 1));
      assertThat(run.plan("rooms").work().inserts()).isEqualTo(1);
      assertThat(run.plan("beds").blockedRows()).isEqualTo(1);
      assertThat(run.plan("beds").work().inserts()).isEqualTo(1);
    }
  }

  @Test
  void whatPointsToRowsOfOthersIsNotCopied() throws IOException {
    rows("UPDATE tasks SET next_id = 3 WHERE title = 'second' RETURNING 1");
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("9", Numbers.SHOWN))) {
      assertThat(run.plan("tasks").blocked()).contains(new Blocked(Reason.OUTSIDE, "next_fk", 1));
    }
  }

  @Test
  void theMapSaysWhatBecomesOfValuesThatMustDiffer() throws IOException {
    rows("ALTER TABLE accounts ADD slug text UNIQUE, ADD number integer UNIQUE, ADD token text");
    rows("UPDATE accounts SET slug = name, number = id * 10, token = 'secret' RETURNING 1");
    map = map();
    try (RestoreRun run = RestoreRun.open(url, stored(), copy("9", Numbers.SHOWN))) {
      assertThat(run.plan("accounts").blocked())
          .extracting(Blocked::reason)
          .containsExactly(Reason.UNIQUE_TAKEN);
    }
    map =
        map(
            "\nreferenced:",
            "\ncolumns:\n  public.accounts.slug: {clone: suffix}\n  public.accounts.number: {clone:"
                + " renumber}\n  public.accounts.token: {clone: null}\n  public.tasks.title: {clone:"
                + " {expression: \"upper(title)\"}}\nreferenced:");
    copied(stored(), "9");
    assertThat(rows("SELECT slug ~ '^one-[0-9a-f]{8}$', number, token FROM accounts WHERE id = 9"))
        .hasToString("[[t, 21, ]]");
    assertThat(rows("SELECT title FROM tasks WHERE account_id = 9 ORDER BY 1"))
        .hasToString("[[FIRST], [SECOND]]");
  }

  @Test
  void aKeyOfTextThatIsNoUuidNeedsARule() throws IOException {
    rows("UPDATE notes SET id = 'note-' || owner_id RETURNING 1");
    StoredTenant stored = stored();
    assertThatThrownBy(() -> RestoreRun.open(url, stored, copy("9", Numbers.SHOWN)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("2 values of public.notes.id are no UUIDs");
  }

  @Test
  void aNumberThatIsTooLargeForItsColumnIsSaid() throws IOException {
    rows(
        "CREATE TABLE racks (id smallint PRIMARY KEY, account_id integer NOT NULL REFERENCES"
            + " accounts)");
    rows("INSERT INTO racks VALUES (1, 1), (32766, 2), (2, 1) RETURNING 1");
    map = map();
    requireRefusal(
        "1 new numbers of public.racks.id, from 32768, are too large for public.racks.id");
  }

  @Test
  void rulesThatCannotBeFollowedAreSaid() throws IOException {
    rows("ALTER TABLE accounts ADD number integer UNIQUE");
    rows("UPDATE accounts SET number = id RETURNING 1");
    rows(
        "CREATE TABLE codes (code text PRIMARY KEY, account_id integer NOT NULL REFERENCES"
            + " accounts, other text REFERENCES codes)");
    rows("INSERT INTO codes VALUES ('a', 1), ('b', 1), ('c', 2) RETURNING 1");
    map = ruled("public.accounts.number: {clone: suffix}");
    requireRefusal("columns.public.accounts.number: integer takes no suffix");
    map = ruled("public.accounts.name: {clone: null}");
    requireRefusal("columns.public.accounts.name: 'clone: null' where the column must not be null");
    map = ruled("public.accounts.id: {clone: renumber}");
    requireRefusal("columns.public.accounts.id holds the ids of tenants");
    map = ruled("public.codes.code: {clone: {expression: \"nullif(code, 'b')\"}}");
    requireRefusal("1 values of public.codes.code become null by the map's expression, such as b");
    map = ruled("public.codes.code: {clone: {expression: \"'same'\"}}");
    requireRefusal("1 keys of public.codes (code) would be missing or there more than once");
    map = ruled("public.codes.code: {clone: {expression: \"1 / (length(code) - 1)\"}}");
    requireRefusal("new values of public.codes.code cannot be made: division by zero");
  }

  @Test
  void ofTwoRulesForTheSameIdsNoneIsChosen() throws IOException {
    rows("CREATE TABLE cats (id integer PRIMARY KEY, account_id integer REFERENCES accounts)");
    rows("CREATE TABLE dogs (id integer PRIMARY KEY, account_id integer REFERENCES accounts)");
    rows("CREATE TABLE tags (id uuid PRIMARY KEY, animal integer, account_id integer NOT NULL)");
    map =
        Maps.edited(
            ruled("public.cats.id: {clone: renumber}\n  public.dogs.id: {clone: renumber}"),
            "virtualReferences:\n",
            "virtualReferences:\n  - {from: public.tags.animal, to: public.cats.id}\n  - {from:"
                + " public.tags.animal, to: public.dogs.id}\n");
    requireRefusal(
        "columns.public.dogs.id holds the same ids as public.cats.id, which has a rule too");
  }

  private ScopeMap ruled(String rule) {
    return map("\nreferenced:", "\ncolumns:\n  " + rule + "\nreferenced:");
  }

  private void requireRefusal(String message) throws IOException {
    StoredTenant stored = stored();
    assertThatThrownBy(() -> RestoreRun.open(url, stored, copy("9", Numbers.SHOWN)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSequenceThatIsBehindIsLiftedBeforeNumbersAreDrawn() throws IOException {
    rows("SELECT setval('tasks_id_seq', 1)");
    copied(stored(), "9");
    assertThat(rows("SELECT count(DISTINCT id), max(id) FROM tasks")).hasToString("[[5, 5]]");
  }

  @Test
  void aSequenceThatGaveNothingYetIsBehindTheFirstNumber() throws IOException {
    rows(
        "CREATE TABLE tickets (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, account_id"
            + " integer NOT NULL REFERENCES accounts)");
    rows("INSERT INTO tickets VALUES (1, 1) RETURNING 1");
    map = map();
    copied(stored(), "9");
    assertThat(rows("SELECT id FROM tickets WHERE account_id = 9")).hasToString("[[2]]");
  }

  @Test
  void aSequenceOfNobodyIsLiftedBeforeAndAfter() throws IOException {
    rows("CREATE SEQUENCE numbers");
    rows(
        "CREATE TABLE tickets (id bigint DEFAULT nextval('numbers') PRIMARY KEY, account_id integer"
            + " NOT NULL REFERENCES accounts)");
    rows("INSERT INTO tickets VALUES (1, 1), (2, 2), (3, 1) RETURNING 1");
    map = map();
    copied(stored(), "9");
    assertThat(rows("SELECT id FROM tickets WHERE account_id = 9 ORDER BY 1"))
        .hasToString("[[4], [5]]");
    assertThat(rows("INSERT INTO tickets (account_id) VALUES (2) RETURNING id"))
        .hasToString("[[6]]");
  }

  @Test
  void numbersThatAnExpressionDrawsAreDrawnUntilTheyAreFree() throws IOException {
    rows("CREATE SEQUENCE numbers");
    rows(
        "CREATE TABLE tickets (id bigint DEFAULT nextval('numbers') * 10 PRIMARY KEY, account_id"
            + " integer NOT NULL REFERENCES accounts)");
    rows("INSERT INTO tickets VALUES (10, 1), (30, 2), (40, 1) RETURNING 1");
    map = map();
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    String drawn = "SELECT id FROM tickets WHERE account_id = 9 ORDER BY 1";
    assertThat(rows(drawn)).hasToString("[[20], [50]]");
    StoredTenant undone = undone(first);
    rows("INSERT INTO tickets VALUES (20, 2) RETURNING 1");
    rows("SELECT setval('numbers', 4)");
    copied(stored.afterRun(first).afterOther(undone), "9");
    assertThat(rows(drawn)).as("50 is the other one's").hasToString("[[50], [60]]");
  }

  @Test
  void numbersWithTwoHomesAreFreeInBoth() throws IOException {
    rows(
        "CREATE TABLE cats (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, account_id"
            + " integer NOT NULL REFERENCES accounts)");
    rows(
        "CREATE TABLE dogs (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, account_id"
            + " integer NOT NULL REFERENCES accounts)");
    rows("CREATE TABLE tags (id uuid PRIMARY KEY, animal integer, account_id integer NOT NULL)");
    rows("INSERT INTO cats VALUES (1, 1), (3, 2) RETURNING 1");
    rows("INSERT INTO dogs VALUES (2, 1), (9, 2) RETURNING 1");
    rows(
        "INSERT INTO tags VALUES (gen_random_uuid(), 1, 1), (gen_random_uuid(), 2, 1) RETURNING 1");
    map =
        map(
            "virtualReferences:\n",
            "virtualReferences:\n  - {from: public.tags.animal, to: public.cats.id}\n  - {from:"
                + " public.tags.animal, to: public.dogs.id}\n");
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT (SELECT count(*) FROM cats c WHERE c.id = t.animal AND account_id = 9),"
                    + " (SELECT count(*) FROM dogs d WHERE d.id = t.animal AND account_id = 9) FROM"
                    + " tags t WHERE account_id = 9 ORDER BY 1"))
        .hasToString("[[0, 1], [1, 0]]");
    assertThat(
            rows(
                "SELECT count(DISTINCT id) FROM (SELECT id FROM cats UNION ALL SELECT id FROM dogs) a"))
        .hasToString("[[6]]");
  }

  @Test
  void aSecondKeyThatRowsPointToIsMadeAnewToo() throws IOException {
    rows(
        "CREATE TABLE shelves (code uuid NOT NULL UNIQUE, number integer NOT NULL UNIQUE, account_id"
            + " integer NOT NULL REFERENCES accounts)");
    rows(
        "CREATE TABLE boxes (id integer PRIMARY KEY, shelf integer NOT NULL REFERENCES shelves"
            + " (number))");
    rows(
        "INSERT INTO shelves VALUES (gen_random_uuid(), 5, 1), (gen_random_uuid(), 6, 2) RETURNING 1");
    rows("INSERT INTO boxes VALUES (1, 5), (2, 6) RETURNING 1");
    map = map();
    copied(stored(), "9");
    assertThat(
            rows(
                "SELECT b.id, s.number FROM boxes b JOIN shelves s ON s.number = b.shelf WHERE"
                    + " s.account_id = 9"))
        .hasToString("[[3, 7]]");
  }

  @Test
  void thePlanIsTheSameWhateverNumbersAreDrawn() throws IOException {
    rows("SELECT setval('tasks_id_seq', 100)");
    copied(stored(), "9");
    assertThat(rows("SELECT min(id), max(id) FROM tasks WHERE account_id = 9"))
        .hasToString("[[101, 102]]");
  }

  @Test
  void aKeyThatAnExpressionMakesIsMadeOnce() throws IOException {
    rows(
        "CREATE TABLE codes (code uuid PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts)");
    rows("INSERT INTO codes VALUES (gen_random_uuid(), 1) RETURNING 1");
    map =
        map(
            "\nreferenced:",
            "\ncolumns:\n  public.codes.code: {clone: {expression: \"gen_random_uuid()\"}}\nreferenced:");
    StoredTenant stored = stored();
    StoredTenant first = copied(stored, "9");
    try (RestoreRun again =
        RestoreRun.open(url, stored.afterRun(first), copy("9", Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
    }
  }

  @Test
  void aNumberWithinAnotherRowsKeyStaysWhateverTheOrderOfTheMap() throws IOException {
    rows("CREATE TABLE a_lines (order_id integer, line integer, PRIMARY KEY (order_id, line))");
    rows("CREATE TABLE orders (id integer PRIMARY KEY, account_id integer REFERENCES accounts)");
    rows("ALTER TABLE a_lines ADD FOREIGN KEY (order_id) REFERENCES orders");
    rows("INSERT INTO orders VALUES (5, 1) RETURNING 1");
    rows("INSERT INTO a_lines VALUES (5, 1), (5, 2) RETURNING 1");
    map = map();
    copied(stored(), "9");
    assertThat(rows("SELECT order_id, line FROM a_lines ORDER BY 1, 2"))
        .hasToString("[[5, 1], [5, 2], [6, 1], [6, 2]]");
  }

  @Test
  void aForeignKeyOfOnePartitionIsRefused() throws IOException {
    rows(
        "CREATE TABLE events (id integer, account_id integer NOT NULL REFERENCES accounts,"
            + " board integer, PRIMARY KEY (id)) PARTITION BY RANGE (id)");
    rows("CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100)");
    rows("ALTER TABLE events_1 ADD CONSTRAINT board_fk FOREIGN KEY (board) REFERENCES boards");
    map = map();
    StoredTenant stored = stored();
    assertThatThrownBy(() -> RestoreRun.open(url, stored, copy("9", Numbers.SHOWN)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("board_fk is declared for public.events_1");
  }
}
