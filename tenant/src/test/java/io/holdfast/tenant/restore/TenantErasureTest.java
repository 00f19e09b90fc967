package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.TenantRestore.Source;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rows that are erased are left out of restores, and deleted where they are.
@Timeout(300)
class TenantErasureTest {
  private static final String[] SCHEMA = {
    "CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE clients (id uuid PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts ON"
        + " DELETE CASCADE, name text)",
    "CREATE TABLE letters (id bigint PRIMARY KEY, account_id integer NOT NULL REFERENCES accounts"
        + " ON DELETE CASCADE, client_id uuid REFERENCES clients ON DELETE CASCADE, copied_to uuid"
        + " REFERENCES clients ON DELETE SET NULL, answers bigint CONSTRAINT answers_fk REFERENCES"
        + " letters, scan oid, file text)",
    "CREATE TABLE pages (letter_id bigint REFERENCES letters, number integer, text text,"
        + " PRIMARY KEY (letter_id, number))",
    "INSERT INTO accounts VALUES (1, 'one'), (2, 'two')",
    "INSERT INTO clients VALUES ('00000000-0000-0000-0000-00000000000a', 1, 'Ann'),"
        + " ('00000000-0000-0000-0000-00000000000b', 1, 'Bob'),"
        + " ('00000000-0000-0000-0000-00000000000c', 2, 'Cid')",
    "INSERT INTO letters VALUES (1, 1, '00000000-0000-0000-0000-00000000000a', NULL, NULL,"
        + " lo_from_bytea(0, 'ann'), 'ann.pdf'),"
        + " (2, 1, '00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-00000000000a',"
        + " NULL, lo_from_bytea(0, 'bob'), 'bob.pdf'),"
        + " (3, 2, '00000000-0000-0000-0000-00000000000c', NULL, NULL, lo_from_bytea(0, 'cid'),"
        + " 'cid.pdf')",
    "INSERT INTO pages SELECT l, p, 'text' FROM generate_series(1, 3) l, generate_series(1, 2) p"
  };
  private static final String ANN = "00000000-0000-0000-0000-00000000000a";
  private static final String BOB = "00000000-0000-0000-0000-00000000000b";

  private static TestDatabases databases;

  private ConnectionUrl url;
  private ScopeMap map;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  @BeforeEach
  void create() {
    url = databases.create(SCHEMA);
    map =
        Discovery.discover(
                TestDatabases.catalog(url), "account", name("accounts"), Optional.of("account_id"))
            .map();
  }

  private static QualifiedName name(String table) {
    return new QualifiedName("public", table);
  }

  private static ErasedRow client(String id) {
    return new ErasedRow(name("clients"), new TreeMap<>(Map.of("id", id)));
  }

  private static ErasedRow account(String id) {
    return new ErasedRow(name("accounts"), new TreeMap<>(Map.of("id", id)));
  }

  private RestoreRun restore(StoredTenant stored, Goal goal, ErasedRow... erased)
      throws IOException {
    return RestoreRun.open(url, stored, goal, Source.THIS_DATABASE, List.of(erased));
  }

  private static Goal with(Preset preset) {
    return new Goal.Restore(preset.without(Set.of()));
  }

  private List<String> all() {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return sql
          .query(
              "SELECT a::text FROM accounts a UNION ALL SELECT c::text FROM clients c UNION ALL"
                  + " SELECT l::text FROM letters l UNION ALL SELECT p::text FROM pages p UNION ALL"
                  + " SELECT oid::text FROM pg_largeobject_metadata ORDER BY 1")
          .stream()
          .map(List::getFirst)
          .toList();
    }
  }

  private List<String> rows(String sql) {
    try (SqlConnection connection = SqlConnection.open(url, "test")) {
      return connection.query(sql).stream().map(List::getFirst).toList();
    }
  }

  /// Plans, and then does it unless somebody only looks.
  private RestorePlan erase(Consumer<RestorePlan> look, ErasedRow... erased) throws IOException {
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(session, never, map, TestDatabases.catalog(url), "1", List.of());
      RestorePlan plan = erasure.plan(List.of(erased));
      look.accept(plan);
      assertThat(erasure.apply(plan)).isLessThan(3);
      erasure.end();
      session.query("COMMIT");
      return plan;
    }
  }

  private static TablePlan of(RestorePlan plan, String table) {
    return plan.tables().stream()
        .filter(one -> one.table().name().equals(table))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anErasedPersonIsNotRestoredAndNothingOfIt() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    erase(_ -> {}, client(ANN));
    TestDatabases.run(url, "DELETE FROM pages WHERE letter_id = 2");

    try (RestoreRun run = restore(stored, with(Preset.MIRROR), client(ANN))) {
      assertThat(run.plan().blocked()).isZero();
      assertThat(run.plan("clients").erasedRows()).isEqualTo(1);
      assertThat(run.plan("letters").erasedRows()).isEqualTo(1);
      assertThat(run.plan("pages").erasedRows()).isEqualTo(2);
      assertThat(run.plan("pages").work().inserts()).isEqualTo(2);
      assertThat(run.plan("letters").identical()).isEqualTo(1);
      run.apply();
    }
    assertThat(rows("SELECT name FROM clients ORDER BY 1")).containsExactly("Bob", "Cid");
    assertThat(rows("SELECT id || ' ' || (copied_to IS NULL) FROM letters ORDER BY 1"))
        .containsExactly("2 true", "3 true");
    assertThat(rows("SELECT count(*) FROM pages")).containsExactly("4");
  }

  @Test
  void withoutTombstonesThePersonWouldBeBack() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    erase(_ -> {}, client(ANN));
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING))) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(1);
      assertThat(run.plan().erased()).isZero();
    }
  }

  @Test
  void thePlanIsAnotherOneWhenARowIsErased() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    TestDatabases.run(url, "DELETE FROM pages", "DELETE FROM letters", "DELETE FROM clients");
    String before;
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING))) {
      before = run.plan().digest();
    }
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING), client(ANN))) {
      assertThat(run.plan().digest()).isNotEqualTo(before);
    }
  }

  /// As long as nobody has deleted it, a restore does not write it either.
  @Test
  void anErasedRowThatIsStillThereIsLeftAsItIs() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    TestDatabases.run(
        url,
        "UPDATE clients SET name = name || ' changed'",
        "DELETE FROM pages WHERE letter_id = 1 AND number = 1");
    try (RestoreRun run = restore(stored, with(Preset.MIRROR), client(ANN))) {
      run.apply();
    }
    assertThat(rows("SELECT name FROM clients ORDER BY 1"))
        .containsExactly("Ann changed", "Bob", "Cid changed");
    assertThat(rows("SELECT number FROM pages WHERE letter_id = 1")).containsExactly("2");
  }

  @Test
  void undoingARestoreDoesNotBringErasedRowsBack() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    TestDatabases.run(
        url,
        "INSERT INTO clients VALUES ('00000000-0000-0000-0000-00000000000d', 1, 'Dan'),"
            + " ('00000000-0000-0000-0000-00000000000e', 1, 'Eve')");
    StoredTenant undo;
    try (RestoreRun run = restore(stored, with(Preset.MIRROR))) {
      assertThat(run.plan("clients").work().deletes()).isEqualTo(2);
      undo = run.apply();
    }
    ErasedRow dan = client("00000000-0000-0000-0000-00000000000d");
    try (RestoreRun run = restore(undo, new Goal.Undo(), dan)) {
      assertThat(run.plan("clients").erasedRows()).isEqualTo(1);
      assertThat(run.plan().blocked()).isZero();
      run.apply();
    }
    assertThat(rows("SELECT name FROM clients ORDER BY 1"))
        .containsExactly("Ann", "Bob", "Cid", "Eve");
  }

  /// A map from further down, for which the account is above it.
  @Test
  void whatWouldGoWithARowAboveTheScopeIsNotRestored() throws IOException {
    ScopeMap below =
        Discovery.discover(
                TestDatabases.catalog(url), "client", name("clients"), Optional.of("client_id"))
            .map();
    StoredTenant stored = StoredTenant.read(url, below, ANN);
    TestDatabases.run(
        url, "DELETE FROM pages WHERE letter_id = 1", "DELETE FROM clients WHERE name = 'Ann'");
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING))) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(1);
    }
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING), account("2"))) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(1);
    }
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING), account("1"))) {
      assertThat(run.plan().isEmpty()).isTrue();
      assertThat(run.plan("clients").erasedRows()).isEqualTo(1);
      assertThat(run.plan("letters").erasedRows()).isEqualTo(1);
      assertThat(run.plan("pages").erasedRows()).isEqualTo(2);
    }
  }

  /// Neither by the id in the backup nor by the one that the copy got.
  @Test
  void anErasedPersonIsNotCopiedEither() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    Goal copy =
        new Goal.Copy(
            "1", "9", "once", Goal.Numbers.DRAWN, new TreeSet<>(Set.of()), Optional.empty());
    try (RestoreRun run = restore(stored, copy, client(ANN))) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(1);
      assertThat(run.plan("letters").work().inserts()).isEqualTo(1);
      assertThat(run.plan("clients").erasedRows()).isEqualTo(1);
      run.apply();
    }
    String bob = rows("SELECT id FROM clients WHERE account_id = 9").getFirst();
    TestDatabases.run(
        url,
        "DELETE FROM pages USING letters WHERE letters.id = letter_id AND account_id = 9",
        "DELETE FROM letters WHERE account_id = 9",
        "DELETE FROM clients WHERE account_id = 9");
    try (RestoreRun run = restore(stored, copy)) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(2);
    }
    try (RestoreRun run = restore(stored, copy, client(bob))) {
      assertThat(run.plan("clients").work().inserts()).isEqualTo(1);
      assertThat(run.plan("clients").erasedRows()).isEqualTo(1);
      assertThat(run.plan("letters").erasedRows()).isEqualTo(1);
    }
  }

  /// Two tenants, or two scopes, can follow each other.
  @Test
  void anErasureLeavesRoomForTheNext() throws IOException {
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      for (String tenant : List.of("1", "2")) {
        TenantErasure erasure =
            new TenantErasure(session, never, map, TestDatabases.catalog(url), tenant, List.of());
        long _ = erasure.apply(erasure.plan(List.of(account(tenant))));
        erasure.end();
      }
      session.query("COMMIT");
    }
    assertThat(all()).isEmpty();
  }

  @Test
  void filesThatOnlyDeletedRowsNameAreCounted() throws IOException {
    TestDatabases.run(
        url,
        "INSERT INTO letters SELECT n, 1, '"
            + ANN
            + "', NULL, NULL, NULL, f FROM (VALUES"
            + " (7, 'ann.pdf'), (8, 'bob.pdf'), (9, 'other.pdf')) v (n, f)");
    map =
        Maps.edited(
            map,
            "\nowned:",
            "\nassets: {scans: {table: public.letters, key: file, store: files}}\nowned:");
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(session, never, map, TestDatabases.catalog(url), "1", List.of());
      assertThat(erasure.plan(List.of(client(ANN))).deletes()).isEqualTo(1 + 4 + 2);
      assertThat(erasure.files()).containsExactly(Map.entry("scans", 2L));
    }
  }

  @Test
  void aPersonGoesWithEverythingAndOthersStay() throws IOException {
    List<String> before = all();
    RestorePlan plan = erase(_ -> {}, client(ANN));

    assertThat(of(plan, "clients").work().deletes()).isEqualTo(1);
    assertThat(of(plan, "letters").work().deletes()).isEqualTo(1);
    assertThat(of(plan, "pages").work().deletes()).isEqualTo(2);
    // With the scan, and with the reference of the other letter.
    assertThat(before).hasSize(all().size() + 5);
    assertThat(all())
        .filteredOn(row -> !before.contains(row))
        .singleElement()
        .asString()
        .contains(BOB);
    assertThat(rows("SELECT count(*) FROM letters WHERE copied_to IS NOT NULL"))
        .containsExactly("0");
  }

  @Test
  void whatAnotherColumnNamesStays() throws IOException {
    TestDatabases.run(
        url,
        "ALTER TABLE clients ADD photo oid, ADD picture text",
        "UPDATE clients SET photo = (SELECT scan FROM letters WHERE id = 1), picture = 'ann.pdf'"
            + " WHERE name = 'Cid'");
    map =
        Maps.edited(
            Discovery.discover(
                    TestDatabases.catalog(url),
                    "account",
                    name("accounts"),
                    Optional.of("account_id"))
                .map(),
            "\nowned:",
            "\nassets:\n  scans: {table: public.letters, key: file, store: files}\n  pictures:"
                + " {table: public.clients, key: picture, store: files}\nowned:");
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(session, never, map, TestDatabases.catalog(url), "1", List.of());
      RestorePlan plan = erasure.plan(List.of(client(ANN)));
      assertThat(erasure.files()).isEmpty();
      assertThat(erasure.apply(plan)).isZero();
      session.query("COMMIT");
    }
    assertThat(
            rows(
                "SELECT count(*) FROM clients c JOIN pg_largeobject_metadata m ON m.oid = c.photo"))
        .containsExactly("1");
  }

  @Test
  void aWholeTenantGoesAndOthersStay() throws IOException {
    TestDatabases.run(url, "UPDATE letters SET answers = 1 WHERE id = 2");
    RestorePlan plan = erase(_ -> {}, account("1"));

    assertThat(plan.deletes()).isEqualTo(1 + 2 + 2 + 4);
    assertThat(rows("SELECT name FROM accounts")).containsExactly("two");
    assertThat(rows("SELECT id FROM letters")).containsExactly("3");
    assertThat(rows("SELECT count(*) FROM pages")).containsExactly("2");
    assertThat(rows("SELECT count(*) FROM pg_largeobject_metadata")).containsExactly("1");
  }

  @Test
  void erasingAgainFindsNothing() throws IOException {
    erase(_ -> {}, client(ANN));
    List<String> after = all();
    RestorePlan plan = erase(_ -> {}, client(ANN), client("00000000-0000-0000-0000-0000000000ff"));
    assertThat(plan.isEmpty()).isTrue();
    assertThat(all()).isEqualTo(after);
  }

  /// By a letter of another tenant, and by one of the same that has an owner of its own.
  @Test
  void nothingIsDeletedIfRowsThatStayPointThere() throws IOException {
    for (int letter : new int[] {2, 3}) {
      TestDatabases.run(
          url,
          "UPDATE letters SET answers = NULL",
          "UPDATE letters SET answers = 1 WHERE id = " + letter);
      List<String> before = all();
      assertThatThrownBy(
              () ->
                  erase(
                      plan -> {
                        assertThat(plan.blocked()).isEqualTo(1);
                        assertThat(of(plan, "letters").blocked())
                            .containsExactly(new Blocked(Reason.STILL_REFERENCED, "answers_fk", 1));
                      },
                      client(ANN)))
          .as("letter %d", letter)
          .isInstanceOf(BackupException.class)
          .hasMessageContaining("needed by rows that stay");
      assertThat(all()).isEqualTo(before);
    }
  }

  /// The database would change it: that is a row of somebody else.
  @Test
  void aReferenceOfAnotherTenantIsNotTakenAway() throws IOException {
    TestDatabases.run(url, "UPDATE letters SET copied_to = '" + ANN + "' WHERE id = 3");
    assertThatThrownBy(
            () ->
                erase(
                    plan ->
                        assertThat(of(plan, "clients").blocked().getFirst().reason())
                            .isEqualTo(Reason.CASCADE),
                    client(ANN)))
        .isInstanceOf(BackupException.class);
    assertThat(rows("SELECT count(*) FROM letters WHERE copied_to IS NOT NULL"))
        .containsExactly("2");
  }

  /// Tables that are nobody's follow their foreign keys, as when the application deletes the row.
  @Test
  void rowsOutOfTheScopeGoAlongWhereTheDatabaseDeletesThem() throws IOException {
    TestDatabases.run(
        url,
        "CREATE TABLE visits (id integer PRIMARY KEY, client uuid CONSTRAINT visits_fk REFERENCES"
            + " clients ON DELETE CASCADE)",
        "CREATE TABLE doors (visit integer REFERENCES visits ON DELETE CASCADE, last uuid CONSTRAINT"
            + " doors_fk REFERENCES clients ON DELETE SET NULL)",
        "INSERT INTO visits VALUES (1, '" + ANN + "'), (2, '" + ANN + "'), (3, '" + BOB + "')",
        "INSERT INTO doors VALUES (1, NULL), (3, '" + ANN + "')");
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(session, never, map, TestDatabases.catalog(url), "1", List.of());
      RestorePlan plan = erasure.plan(List.of(client(ANN)));
      assertThat(plan.blocked()).isZero();
      assertThat(erasure.alongside())
          .containsExactlyInAnyOrder(
              new Alongside(name("visits"), "visits_fk", Action.CASCADE, 2),
              new Alongside(name("doors"), "doors_fk", Action.SET_NULL, 1));
      long _ = erasure.apply(plan);
      session.query("COMMIT");
    }
    assertThat(rows("SELECT id FROM visits")).containsExactly("3");
    assertThat(rows("SELECT visit || ' ' || (last IS NULL) FROM doors")).containsExactly("3 true");
  }

  /// Of a table that no map speaks of nobody knows whose rows it has.
  @Test
  void rowsOfUnknownTablesAreNotDeletedAlong() throws IOException {
    TestDatabases.run(
        url,
        "CREATE TABLE mails (id integer PRIMARY KEY, client uuid CONSTRAINT mails_fk REFERENCES"
            + " clients ON DELETE CASCADE)",
        "INSERT INTO mails VALUES (1, '" + ANN + "')");
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(
              session, never, map, TestDatabases.catalog(url), "1", List.of(name("mails")));
      RestorePlan plan = erasure.plan(List.of(client(ANN)));
      assertThat(of(plan, "clients").blocked())
          .containsExactly(new Blocked(Reason.CASCADE, "mails_fk", 1));
      assertThat(erasure.alongside()).isEmpty();
    }
  }

  /// A deletion that leaves the scope and comes back would reach rows of other tenants.
  @Test
  void nothingIsDeletedIfTheDatabaseWouldComeBackIntoTheScope() throws IOException {
    TestDatabases.run(
        url,
        "CREATE TABLE visits (id integer PRIMARY KEY, client uuid CONSTRAINT visits_fk REFERENCES"
            + " clients ON DELETE CASCADE)",
        "INSERT INTO visits VALUES (1, '" + ANN + "')",
        "ALTER TABLE letters ADD COLUMN visit integer REFERENCES visits ON DELETE CASCADE",
        "UPDATE letters SET visit = 1 WHERE id = 3");
    List<String> before = all();
    assertThatThrownBy(
            () ->
                erase(
                    plan ->
                        assertThat(of(plan, "clients").blocked())
                            .containsExactly(new Blocked(Reason.CASCADE, "visits_fk", 1)),
                    client(ANN)))
        .isInstanceOf(BackupException.class);
    assertThat(all()).isEqualTo(before);
  }

  /// As in a dump from before the table was made or after it got another name.
  @Test
  void erasedRowsOfATableThatIsNotThereAreNamed() throws IOException {
    ErasedRow stranger = new ErasedRow(name("strangers"), new TreeMap<>(Map.of("id", "1")));
    Cancellation never = new Cancellation();
    try (DatabaseSession session =
        DatabaseSession.open(url, "test", StoredTenant.SETTINGS, never)) {
      session.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      TenantErasure erasure =
          new TenantErasure(session, never, map, TestDatabases.catalog(url), "1", List.of());
      assertThat(erasure.plan(List.of(stranger, client(ANN))).deletes()).isEqualTo(4);
      assertThat(erasure.unknown()).containsExactly(stranger);
    }
    StoredTenant stored = StoredTenant.read(url, map, "1");
    try (RestoreRun run = restore(stored, with(Preset.CREATE_MISSING), stranger)) {
      assertThat(run.remarks())
          .singleElement()
          .asString()
          .contains("public.strangers is not there");
    }
  }

  /// Somebody's row of the same key is not this tenant's.
  @Test
  void aRowOfAnotherTenantIsNeverDeleted() throws IOException {
    RestorePlan plan = erase(_ -> {}, client("00000000-0000-0000-0000-00000000000c"), account("2"));
    assertThat(plan.isEmpty()).isTrue();
    assertThat(rows("SELECT count(*) FROM accounts")).containsExactly("2");
  }
}
