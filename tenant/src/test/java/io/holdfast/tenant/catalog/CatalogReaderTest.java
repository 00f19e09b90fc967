package io.holdfast.tenant.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Column.Generation;
import io.holdfast.tenant.catalog.Column.Identity;
import io.holdfast.tenant.catalog.ForeignKey.Action;
import io.holdfast.tenant.catalog.ForeignKey.Match;
import io.holdfast.tenant.catalog.Table.Kind;
import io.holdfast.tenant.catalog.Table.Visibility;
import io.holdfast.tenant.testing.TestDatabases;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class CatalogReaderTest {
  private static final String[] SCHEMA = {
    "CREATE SCHEMA \"Odd.Schema\"",
    "CREATE TYPE mood AS ENUM ('good', 'bad')",
    "CREATE TABLE accounts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL"
        + " UNIQUE, mood mood DEFAULT 'good', upper_slug text GENERATED ALWAYS AS (upper(slug))"
        + " STORED)",
    "CREATE TABLE pairs (a int, b varchar(7), c int, note text, UNIQUE (b, a) DEFERRABLE,"
        + " PRIMARY KEY (a, b))",
    "CREATE UNIQUE INDEX pairs_c ON pairs (c)",
    "CREATE UNIQUE INDEX pairs_partial ON pairs (note) WHERE note > 'm'",
    "CREATE UNIQUE INDEX pairs_expression ON pairs (lower(note))",
    "CREATE INDEX pairs_mixed ON pairs (note, lower(note), c)",
    "CREATE TABLE \"Odd.Schema\".\"T \"\"x\"\"\n\" (\"Id\" serial PRIMARY KEY, x int, y varchar(7),"
        + " c int, account_id bigint REFERENCES accounts ON DELETE CASCADE ON UPDATE SET NULL,"
        + " CONSTRAINT \"Crossed\" FOREIGN KEY (y, x) REFERENCES pairs (b, a) MATCH FULL,"
        + " CONSTRAINT by_index FOREIGN KEY (c) REFERENCES pairs (c) DEFERRABLE INITIALLY DEFERRED,"
        + " parent int REFERENCES \"Odd.Schema\".\"T \"\"x\"\"\n\" ON DELETE SET NULL)",
    "CREATE TABLE events (id int, at date NOT NULL, account_id bigint REFERENCES accounts,"
        + " PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE events_rest PARTITION OF events DEFAULT",
    "CREATE TABLE points_at_events (id int PRIMARY KEY, event int, at date, FOREIGN KEY (event, at)"
        + " REFERENCES events)",
    "CREATE TABLE mother (id int PRIMARY KEY)",
    "CREATE TABLE child () INHERITS (mother)",
    "CREATE TABLE guarded (id int PRIMARY KEY)",
    "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
    "CREATE TABLE forced (id int PRIMARY KEY)",
    "ALTER TABLE forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE TRIGGER touched BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE TRIGGER sleeping BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch()",
    "ALTER TABLE accounts DISABLE TRIGGER sleeping",
    "CREATE TRIGGER always BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION touch()",
    "ALTER TABLE accounts ENABLE ALWAYS TRIGGER always",
    "CREATE VIEW no_table AS SELECT * FROM accounts",
    "CREATE UNLOGGED TABLE unlogged (id int)",
    "ALTER TABLE pairs DROP COLUMN note",
    "INSERT INTO events SELECT i, date '2025-06-01' + i FROM generate_series(1, 500) i",
    "ANALYZE events, events_2025, events_rest"
  };

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aDatabaseDescribesItsTables(int major) throws Exception {
    try (TestDatabases databases = TestDatabases.start(major)) {
      ConnectionUrl url = databases.create(SCHEMA);
      Catalog catalog = TestDatabases.catalog(url);
      assertThat(catalog.serverVersionNum() / 10_000).isEqualTo(major);
      assertThat(catalog.role().bypassesRowSecurity()).isTrue();
      assertThat(catalog.classifiable())
          .extracting(table -> table.name().text())
          .containsExactly(
              "\"Odd.Schema\".\"T \"\"x\"\"\n\"",
              "public.accounts",
              "public.child",
              "public.events",
              "public.forced",
              "public.guarded",
              "public.mother",
              "public.pairs",
              "public.points_at_events",
              "public.unlogged");
      columns(catalog);
      keys(catalog);
      foreignKeys(catalog);
      partitions(catalog);
      assertThat(table(catalog, "accounts").triggers())
          .extracting(Trigger::name, Trigger::firing)
          .containsExactly(
              org.assertj.core.api.Assertions.tuple("always", Trigger.Firing.ALWAYS),
              org.assertj.core.api.Assertions.tuple("touched", Trigger.Firing.ORIGIN));
      assertThat(table(catalog, "mother").fromSql()).isEqualTo("ONLY \"public\".\"mother\"");
      rowSecurity(databases, url);
    }
  }

  private static void columns(Catalog catalog) {
    Table accounts = table(catalog, "accounts");
    assertThat(accounts.columns())
        .extracting(Column::name)
        .containsExactly("id", "slug", "mood", "upper_slug");
    Column id = accounts.column("id").orElseThrow();
    assertThat(id.type()).isEqualTo("bigint");
    assertThat(id.identity()).isEqualTo(Identity.ALWAYS);
    assertThat(id.isNullable()).isFalse();
    assertThat(id.sequence()).contains(new QualifiedName("public", "accounts_id_seq"));
    Column mood = accounts.column("mood").orElseThrow();
    assertThat(mood.type()).isEqualTo("public.mood");
    assertThat(mood.expression()).contains("'good'::public.mood");
    assertThat(accounts.column("upper_slug").orElseThrow().generation())
        .isEqualTo(Generation.STORED);
    Column odd = odd(catalog).column("Id").orElseThrow();
    assertThat(odd.sequence()).isPresent();
    assertThat(odd.identity()).isEqualTo(Identity.NONE);
    assertThat(table(catalog, "pairs").columns())
        .extracting(Column::type)
        .containsExactly("integer", "character varying(7)", "integer");
  }

  private static void keys(Catalog catalog) {
    Table pairs = table(catalog, "pairs");
    assertThat(pairs.primaryKey().orElseThrow().columns()).containsExactly("a", "b");
    assertThat(pairs.identifyingKey()).isEqualTo(pairs.primaryKey());
    assertThat(pairs.keys())
        .extracting(Key::name, Key::columns, Key::timing)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(
                "pairs_b_a_key", List.of("b", "a"), Key.Timing.DEFERRABLE),
            org.assertj.core.api.Assertions.tuple("pairs_c", List.of("c"), Key.Timing.IMMEDIATE),
            org.assertj.core.api.Assertions.tuple(
                "pairs_pkey", List.of("a", "b"), Key.Timing.IMMEDIATE));
    assertThat(pairs.hasKey(List.of("a", "b"))).isTrue();
    assertThat(pairs.hasKey(List.of("a"))).isFalse();
    assertThat(pairs.hasIndexOn(List.of("b"))).isTrue();
    assertThat(table(catalog, "unlogged").identifyingKey()).isEmpty();
  }

  private static void foreignKeys(Catalog catalog) {
    Table odd = odd(catalog);
    assertThat(odd.foreignKeys()).hasSize(4);
    ForeignKey crossed = odd.foreignKey("Crossed").orElseThrow();
    assertThat(crossed.columns()).containsExactly("y", "x");
    assertThat(crossed.targetColumns()).containsExactly("b", "a");
    assertThat(crossed.match()).isEqualTo(Match.FULL);
    ForeignKey byIndex = odd.foreignKey("by_index").orElseThrow();
    assertThat(byIndex.timing()).isEqualTo(ForeignKey.Timing.DEFERRED);
    assertThat(byIndex.targetColumns()).containsExactly("c");
    ForeignKey account =
        odd.foreignKeys().stream()
            .filter(key -> key.columns().equals(List.of("account_id")))
            .findFirst()
            .orElseThrow();
    assertThat(account.onDelete()).isEqualTo(Action.CASCADE);
    assertThat(account.onUpdate()).isEqualTo(Action.SET_NULL);
    assertThat(account.match()).isEqualTo(Match.SIMPLE);
    assertThat(odd.foreignKeys()).filteredOn(ForeignKey::isSelfReference).hasSize(1);
    assertThat(catalog.foreignKeysTo(new QualifiedName("public", "accounts")))
        .extracting(key -> key.table().name())
        .containsExactly("T \"x\"\n", "events");
    // A key to a partitioned table is one key, whatever the server makes of it inside.
    assertThat(table(catalog, "points_at_events").foreignKeys()).hasSize(1);
  }

  private static void partitions(Catalog catalog) {
    Table events = table(catalog, "events");
    assertThat(events.kind()).isEqualTo(Kind.PARTITIONED);
    assertThat(events.estimate().rows()).isEqualTo(OptionalLong.of(500));
    assertThat(events.estimate().bytes()).isPositive();
    Table part = table(catalog, "events_2025");
    assertThat(part.parent()).contains(events.name());
    assertThat(part.foreignKeys()).isEmpty();
    assertThat(catalog.whole(part.name())).contains(events);
  }

  private static void rowSecurity(TestDatabases databases, ConnectionUrl url) {
    TestDatabases.run(
        url, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    ConnectionUrl asReader = databases.server().tcpUrl("reader", "").withDatabase(url.database());
    Catalog catalog = TestDatabases.catalog(asReader);
    assertThat(catalog.role()).isEqualTo(new Catalog.Role("reader", false));
    assertThat(table(catalog, "guarded").rowSecurity()).isEqualTo(RowSecurity.ENABLED);
    assertThat(table(catalog, "guarded").visibility()).isEqualTo(Visibility.BY_POLICY);
    assertThat(table(catalog, "forced").rowSecurity()).isEqualTo(RowSecurity.FORCED);
    assertThat(table(catalog, "accounts").visibility()).isEqualTo(Visibility.ALL_ROWS);
    assertThat(table(TestDatabases.catalog(url), "forced").visibility())
        .isEqualTo(Visibility.ALL_ROWS);
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      sql.query("SET search_path = public, pg_temp");
      assertThat(CatalogReader.read(sql)).isEqualTo(TestDatabases.catalog(url));
      assertThat(sql.value("SHOW search_path")).isEqualTo(Optional.of("public, pg_temp"));
      assertThat(sql.value("SELECT pg_current_xact_id_if_assigned()")).contains("");
    }
  }

  private static Table table(Catalog catalog, String name) {
    return catalog.table(new QualifiedName("public", name)).orElseThrow();
  }

  private static Table odd(Catalog catalog) {
    return catalog.table(new QualifiedName("Odd.Schema", "T \"x\"\n")).orElseThrow();
  }
}
