package io.holdfast.tenant.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the SQL is like, and rows of special tables; see [OwnedRowsTest] for all others.
@Timeout(120)
class TenantRowsTest {
  private static TestDatabases databases;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  @Test
  void aRowBelongsToWhatItsTypeAndItsIdSay() {
    ConnectionUrl url =
        databases.create(
            "CREATE TABLE accounts (id int PRIMARY KEY)",
            "CREATE TABLE matters (id uuid PRIMARY KEY, account_id int REFERENCES accounts)",
            "CREATE TABLE notes (id int PRIMARY KEY, owner_type text, owner_id text)",
            "INSERT INTO accounts VALUES (1), (2)",
            "INSERT INTO matters VALUES ('00000000-0000-0000-0000-000000000001', 1),"
                + " ('00000000-0000-0000-0000-000000000002', 2)",
            "INSERT INTO notes VALUES (1, 'It''s', '00000000-0000-0000-0000-000000000001'),"
                + " (2, 'It''s', '00000000-0000-0000-0000-000000000002'), (3, 'Account', '1'),"
                + " (4, 'Account', '00000000-0000-0000-0000-000000000001'), (5, 'Else', '1'),"
                + " (6, NULL, '1')");
    Catalog catalog = TestDatabases.catalog(url);
    QualifiedName notes = new QualifiedName("public", "notes");
    QualifiedName accounts = new QualifiedName("public", "accounts");
    ScopeMap map = Discovery.discover(catalog, "account", accounts, Optional.empty()).map();
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>(map.owned());
    owned.put(
        notes,
        Owned.by(
            new Via.OfPolymorphic(
                "owner_type",
                "owner_id",
                new TreeMap<>(
                    Map.of("It's", new QualifiedName("public", "matters"), "Account", accounts)))));
    TenantRows rows = TenantRows.of(Maps.withOwned(map, owned), catalog);
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      assertThat(sql.query(rows.of(notes, ScopeId.of("1")).select(List.of("id"))))
          .containsExactlyInAnyOrder(List.of("1"), List.of("3"));
      assertThat(sql.query(rows.of(notes, ScopeId.of("2")).select(List.of("id"))))
          .containsExactly(List.of("2"));
    }
    assertThat(rows.order())
        .containsExactly(
            List.of(accounts), List.of(new QualifiedName("public", "matters")), List.of(notes));
  }

  @Test
  void partsAndHeirsAreNotMixedUp() {
    ConnectionUrl url =
        databases.create(
            "CREATE TABLE accounts (id text PRIMARY KEY)",
            "CREATE TABLE events (id int, at int, account_id text REFERENCES accounts,"
                + " PRIMARY KEY (id, at)) PARTITION BY LIST (at)",
            "CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1)",
            "CREATE TABLE events_2 PARTITION OF events DEFAULT",
            "CREATE TABLE details (id int PRIMARY KEY, event int, at int,"
                + " FOREIGN KEY (event, at) REFERENCES events)",
            "CREATE TABLE mother (id int PRIMARY KEY, account_id text REFERENCES accounts)",
            "CREATE TABLE child (more int) INHERITS (mother)",
            "INSERT INTO accounts VALUES ('it''s \\ me'), ('other')",
            "INSERT INTO events VALUES (1, 1, 'it''s \\ me'), (2, 2, 'it''s \\ me'), (3, 2,"
                + " 'other')",
            "INSERT INTO details VALUES (1, 1, 1), (2, 2, 2), (3, 3, 2)",
            "INSERT INTO mother VALUES (1, 'it''s \\ me')",
            "INSERT INTO child VALUES (2, 'it''s \\ me', 3)");
    Catalog catalog = TestDatabases.catalog(url);
    ScopeMap map =
        Discovery.discover(
                catalog, "account", new QualifiedName("public", "accounts"), Optional.empty())
            .map();
    TenantRows rows = TenantRows.of(map, catalog);
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      for (String conforming : List.of("on", "off")) {
        sql.query("SET escape_string_warning = off");
        sql.query("SET standard_conforming_strings = " + conforming);
        ScopeId me = ScopeId.of("it's \\ me");
        assertThat(sql.query(rows.of(table("events"), me).select(List.of("id")))).hasSize(2);
        assertThat(sql.query(rows.of(table("details"), me).select(List.of("id")))).hasSize(2);
        assertThat(sql.query(rows.of(table("mother"), me).select(List.of("id"))))
            .containsExactly(List.of("1"));
        assertThat(sql.query(rows.of(table("child"), me).select(List.of("id"))))
            .containsExactly(List.of("2"));
      }
    }
  }

  @Test
  void aTenantColumnIsNothingButAPredicate() {
    Catalog catalog =
        databases.catalog(
            "CREATE TABLE accounts (id int PRIMARY KEY)",
            "CREATE TABLE matters (id int PRIMARY KEY, account_id int REFERENCES accounts)",
            "CREATE TABLE notes (id int PRIMARY KEY, matter_id int REFERENCES matters)");
    ScopeMap map =
        Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map();
    TenantRows rows = TenantRows.of(map, catalog);
    assertThat(rows.of(table("matters"), ScopeId.parameter()).select())
        .isEqualTo("SELECT t.*\nFROM \"public\".\"matters\" AS t\nWHERE t.\"account_id\" = $1");
    assertThat(rows.of(table("notes"), ScopeId.parameter()).predicate())
        .isEqualTo(
            "EXISTS (SELECT FROM \"public\".\"matters\" AS t1 WHERE t1.\"id\" = t.\"matter_id\""
                + " AND t1.\"account_id\" = $1)");
    assertThatThrownBy(() -> ScopeId.of("a\0b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatCannotBeFoundIsRefused() {
    Catalog catalog =
        databases.catalog(
            "CREATE TABLE accounts (id int PRIMARY KEY)",
            "CREATE TABLE a (id int PRIMARY KEY, b int)",
            "CREATE TABLE b (id int PRIMARY KEY, a int CONSTRAINT to_a REFERENCES a)",
            "ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b");
    ScopeMap map =
        Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map();
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>(map.owned());
    owned.put(table("a"), Owned.by(new Via.OfForeignKey("to_b")));
    owned.put(table("b"), Owned.by(new Via.OfForeignKey("to_a")));
    TenantRows circle = TenantRows.of(Maps.withOwned(map, owned), catalog);
    assertRefused(
        "nothing leads from public.a, public.b to the root: they own only each other",
        () -> circle.of(table("a"), ScopeId.parameter()));
    owned.put(table("b"), Owned.by(new Via.OfForeignKey("gone")));
    assertRefused(
        "public.b has no foreign key gone",
        () -> TenantRows.of(Maps.withOwned(map, owned), catalog));
    owned.put(table("b"), Owned.by(new Via.OfColumn("gone")));
    assertRefused(
        "public.b has no column gone", () -> TenantRows.of(Maps.withOwned(map, owned), catalog));
    owned.remove(table("b"));
    assertRefused(
        "foreign key to_b of public.a leads to no owned table",
        () -> TenantRows.of(Maps.withOwned(map, owned), catalog));
    owned.put(table("c"), Owned.by(new Via.OfColumn("gone")));
    owned.remove(table("a"));
    assertRefused(
        "there is no table public.c", () -> TenantRows.of(Maps.withOwned(map, owned), catalog));
  }

  /// Two ways at each of many steps are more ways than any server could plan one by one.
  @Test
  void manyWaysAreNoLongQuery() {
    String[] statements = new String[62];
    statements[0] = "CREATE TABLE t0 (id int PRIMARY KEY)";
    for (int i = 1; i < 61; i++) {
      statements[i] =
          "CREATE TABLE t%1$d (id int PRIMARY KEY, x int REFERENCES t%2$d, y int REFERENCES t%2$d)"
              .formatted(i, i - 1);
    }
    StringBuilder rows = new StringBuilder("INSERT INTO t0 VALUES (1), (2)");
    for (int i = 1; i < 61; i++) {
      rows.append("; INSERT INTO t%d VALUES (1, 1, NULL), (2, NULL, 2)".formatted(i));
    }
    statements[61] =
        rows.toString()
            .replace("t1 VALUES (1, 1, NULL), (2, NULL, 2)", "t1 VALUES (1, 1, 2), (2, 2, 1)");
    ConnectionUrl url = databases.create(statements);
    Catalog catalog = TestDatabases.catalog(url);
    ScopeMap map = Discovery.discover(catalog, "account", table("t0"), Optional.empty()).map();
    TenantRows tenantRows = TenantRows.of(map, catalog);
    assertThat(tenantRows.of(table("t3"), ScopeId.parameter()).predicate())
        .contains(" OR ")
        .doesNotContain("WITH");
    RowSelection last = tenantRows.of(table("t60"), ScopeId.of("2"));
    assertThat(last.predicate().length()).isLessThan(50_000);
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      sql.query("SET jit = off");
      assertThat(sql.query(last.select(List.of("id")))).containsExactly(List.of("2"));
    }
  }

  private static void assertRefused(
      String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SCOPE_MAP_UNSUITABLE);
              assertThat(e.text()).isEqualTo(message);
            });
  }

  private static QualifiedName table(String name) {
    return new QualifiedName("public", name);
  }
}
