package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.nasty.NastySchema;
import io.holdfast.postgres.sql.JdbcConnections;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.Identifiers;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.catalog.Table;
import io.holdfast.tenant.closure.ScopeId;
import io.holdfast.tenant.closure.TenantRows;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.TablePlan.Work;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// A restore of a tenant where everything is difficult.
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
@Timeout(300)
class NastyRestoreTest {
  private static final int TENANTS = 6;
  private static final String TENANT = "3";

  private final TestDatabases databases;
  private ConnectionUrl url;
  private ScopeMap map;
  private Catalog catalog;

  NastyRestoreTest(TestDatabases databases) {
    this.databases = databases;
  }

  /// JUnit closes each when its tests are done.
  static Stream<TestDatabases> servers() {
    return Stream.of(13, 15, 18).map(NastyRestoreTest::server);
  }

  private static TestDatabases server(int major) {
    try {
      return TestDatabases.start(major);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void create() throws IOException, SQLException {
    url = databases.create();
    try (Connection connection = JdbcConnections.open(url, "test")) {
      NastySchema.createSchema(connection);
      NastySchema.load(connection, 5, TENANTS, new AssetFiles.Nowhere());
    }
    map = (ScopeMap) ScopeFileReader.parse(Path.of("nasty"), NastySchema.scope());
    catalog = TestDatabases.catalog(url);
  }

  /// All rows of all tables, whosever they are.
  private Map<QualifiedName, List<String>> all() {
    Map<QualifiedName, List<String>> all = new TreeMap<>();
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      for (Table table : catalog.classifiable()) {
        all.put(
            table.name(),
            sql
                .query(
                    "SELECT t::text FROM " + table.fromSql() + " t ORDER BY t::text COLLATE \"C\"")
                .stream()
                .map(List::getFirst)
                .toList());
      }
    }
    return all;
  }

  private StoredTenant stored() throws IOException {
    return StoredTenant.read(url, map, TENANT);
  }

  private RestoreRun run(StoredTenant stored, Preset preset) throws IOException {
    return RestoreRun.open(url, stored, new Goal.Restore(preset.without(Set.of())));
  }

  /// All of the tenant's rows, without a look at foreign keys: others point to some of them.
  private long deleteAll() {
    TenantRows rows = TenantRows.of(map, catalog);
    long deleted = 0;
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      sql.query("SET session_replication_role = replica");
      int number = 0;
      for (QualifiedName name : map.owned().keySet()) {
        List<String> key =
            catalog.table(name).orElseThrow().identifyingKey().orElseThrow().columns();
        sql.query(
            "CREATE TEMP TABLE gone"
                + number++
                + " AS "
                + rows.of(name, ScopeId.of(TENANT)).select(key));
      }
      number = 0;
      for (QualifiedName name : map.owned().keySet()) {
        String key =
            Identifiers.quoted(
                catalog.table(name).orElseThrow().identifyingKey().orElseThrow().columns());
        String delete =
            "DELETE FROM %s WHERE (%s) IN (SELECT %s FROM gone%d) RETURNING 1"
                .formatted(name.sql(), key, key, number++);
        deleted += sql.query(delete).size();
      }
    }
    return deleted;
  }

  @Test
  void aTenantOfWhichNothingIsLeftComesBackToTheLastByte() throws IOException {
    Map<QualifiedName, List<String>> before = all();
    StoredTenant stored = stored();
    long deleted = deleteAll();
    assertThat(all()).isNotEqualTo(before);
    try (RestoreRun run = run(stored, Preset.CREATE_MISSING)) {
      assertThat(run.plan().blocked()).isZero();
      assertThat(run.plan().inserts()).isEqualTo(deleted).isGreaterThan(50);
      run.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void aMirrorUndoesDamageAndAnUndoUndoesTheMirror() throws IOException {
    stopTheClock();
    Map<QualifiedName, List<String>> before = all();
    StoredTenant stored = stored();
    TestDatabases.run(url, DAMAGE);
    Map<QualifiedName, List<String>> damaged = all();
    StoredTenant safety;
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan().blocked()).isZero();
      assertThat(work(run, "playlist")).isEqualTo(new Work(0, 2, 0));
      assertThat(work(run, "pages")).isEqualTo(new Work(0, 1, 1));
      assertThat(work(run, "events").isEmpty()).isFalse();
      safety = run.apply();
    }
    assertThat(all()).isEqualTo(before);
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan().isEmpty()).isTrue();
    }
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      assertThat(undo.plan().blocked()).isZero();
      undo.apply();
    }
    assertThat(all()).isEqualTo(damaged);
  }

  /// The trigger of pages changes what a restore writes; here it is not to be in the way.
  private void stopTheClock() {
    TestDatabases.run(url, "ALTER TABLE nasty.pages DISABLE TRIGGER \"Touch!\"");
  }

  private static final String[] DAMAGE = {
    "UPDATE nasty.tenants SET main_page_id = 3004 WHERE id = 3",
    "UPDATE nasty.pages SET body = 'changed', parent_id = NULL, previous_id = 3006 WHERE id = 3004",
    "INSERT INTO nasty.pages (id, tenant_id, parent_id, body, updated_at) VALUES"
        + " (3900, 3, 3001, 'later', now())",
    "INSERT INTO nasty.links VALUES (3900, 3, 3900)",
    "UPDATE nasty.playlist SET place = CASE place WHEN 1 THEN 2 ELSE 1 END"
        + " WHERE tenant_id = 3 AND place IN (1, 2)",
    "UPDATE nasty.items SET pieces = pieces + 1, shade = 1 WHERE tenant_id = 3",
    "UPDATE nasty.shelves SET level = 9 WHERE id = 3001",
    "UPDATE nasty.parcels SET seal_maker = NULL, seal_number = NULL WHERE tenant_id = 3",
    "DELETE FROM nasty.events WHERE tenant_id = 3",
    "DELETE FROM nasty.secrets WHERE tenant_id = 3",
    "DELETE FROM nasty.bookings WHERE id = 3002",
    "UPDATE nasty.reports SET settings = '{}', as_written = '{ }' WHERE tenant_id = 3",
    "WITH o AS (DELETE FROM nasty.orders WHERE id = 3003)"
        + " DELETE FROM nasty.items WHERE order_id = 3003",
    "DELETE FROM nasty.attachments WHERE owner_type = 'Order' AND owner_id = 3002"
  };

  private static Work work(RestoreRun run, String table) {
    return run.plan(table).work();
  }

  @Test
  void aTriggerThatTouchesPagesIsToldOfAndHarmsNothing() throws IOException {
    StoredTenant stored = stored();
    TestDatabases.run(url, "UPDATE nasty.pages SET body = 'changed' WHERE id = 3004");
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(work(run, "pages")).isEqualTo(new Work(0, 1, 0));
      run.apply();
    }
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      assertThat(sql.query("SELECT FROM nasty.pages WHERE body = 'changed'")).isEmpty();
    }
  }

  @Test
  void whatOthersHaveNowIsLeftToThem() throws IOException, SQLException {
    StoredTenant stored = stored();
    try (Connection connection = JdbcConnections.open(url, "test")) {
      NastySchema.passOnWebName(connection, 3, 4);
      NastySchema.removeSeller(connection, 3);
    }
    TestDatabases.run(
        url,
        "INSERT INTO nasty.pages (id, tenant_id, body, updated_at) VALUES (3900, 3, '', now())",
        "INSERT INTO nasty.links VALUES (4900, 4, 3900)");
    try (RestoreRun run = run(stored, Preset.MIRROR)) {
      assertThat(run.plan("web_names").blocked())
          .containsExactly(new Blocked(Reason.OTHER_OWNER, "", 1));
      assertThat(run.plan("orders").blocked())
          .singleElement()
          .returns(Reason.REFERENCE_MISSING, Blocked::reason)
          .returns("orders_sold_by_fk", Blocked::detail);
      assertThat(run.plan("pages").blocked())
          .contains(new Blocked(Reason.CASCADE, "links_page_fk", 1));
      assertThat(run.plan().isEmpty()).isTrue();
    }
  }

  @Test
  void aCopyToAnotherTenantIsTiedOnlyToItself() throws IOException {
    TestDatabases.run(
        url,
        "INSERT INTO nasty.links VALUES (3950, 3, 4001)",
        "UPDATE nasty.tenants SET main_page_id = 3004 WHERE id = 3");
    Map<QualifiedName, List<String>> before = all();
    StoredTenant stored = stored();
    StoredTenant safety;
    try (RestoreRun run = RestoreRun.open(url, stored, copy(Goal.Numbers.DRAWN))) {
      assertThat(run.plan().tables())
          .as("only links show pages of others")
          .allMatch(table -> table.blocked().isEmpty() || table.table().name().equals("links"));
      assertThat(run.plan("links").blocked())
          .containsExactly(new Blocked(Reason.OUTSIDE, "links_page_fk", 1));
      assertThat(run.plan().inserts()).isGreaterThan(50);
      safety = run.apply();
    }
    Map<QualifiedName, List<String>> after = all();
    before.forEach(
        (table, rows) -> assertThat(after.get(table)).as(table.text()).containsAll(rows));
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      assertThat(sql.query(TIES))
          .as("numbers of rows, and of those whose ties are not their own")
          .allSatisfy(row -> assertThat(row.get(2)).as(row.get(0)).isEqualTo("0"))
          .noneMatch(row -> row.get(1).equals("0"));
    }
    try (RestoreRun again =
        RestoreRun.open(url, stored.afterRun(safety), copy(Goal.Numbers.DRAWN))) {
      assertThat(again.plan().isEmpty()).isTrue();
    }
    try (RestoreRun undo = RestoreRun.open(url, safety, new Goal.Undo())) {
      undo.apply();
    }
    assertThat(all()).isEqualTo(before);
  }

  private static Goal copy(Goal.Numbers numbers) {
    return new Goal.Copy(TENANT, "99", "test", numbers, new TreeSet<>(), Optional.empty());
  }

  private static final String TIES =
      """
      SELECT 'items', count(*), count(*) FILTER (WHERE o.tenant_id <> 99) FROM nasty.items i
        JOIN nasty.orders o ON o.id = i.order_id WHERE i.tenant_id = 99
      UNION ALL SELECT 'orders', count(*), count(*) FILTER (WHERE i.tenant_id <> 99)
        FROM nasty.orders o JOIN nasty.items i ON i.id = o.main_item_id WHERE o.tenant_id = 99
      UNION ALL SELECT 'leads', count(*), count(*) FILTER (WHERE own.tenant_id <> 99)
        FROM nasty.teams t JOIN nasty.people p ON p.id = t.lead_id
        JOIN nasty.offices o ON o.id = p.office_id JOIN nasty.teams own ON own.id = o.team_id
        WHERE t.tenant_id = 99
      UNION ALL SELECT 'parents', count(*), count(*) FILTER (WHERE q.tenant_id <> 99)
        FROM nasty.pages p JOIN nasty.pages q ON q.id IN (p.parent_id, p.previous_id)
        WHERE p.tenant_id = 99
      UNION ALL SELECT 'main page', count(*), count(*) FILTER (WHERE p.tenant_id <> 99)
        FROM nasty.tenants t JOIN nasty.pages p ON p.id = t.main_page_id WHERE t.id = 99
      UNION ALL SELECT 'boxes', count(*), count(*) FILTER (WHERE s.id IS NULL) FROM nasty.boxes b
        LEFT JOIN nasty.shelves s ON (s.tenant_id, s.level, s.code) = (99, b.shelf_level, b.shelf_code)
        WHERE b.tenant_id = 99 AND b.shelf_code IS NOT NULL
      UNION ALL SELECT 'parcels', count(*), count(*) FILTER (WHERE s.tenant_id <> 99)
        FROM nasty.parcels p JOIN nasty.seals s ON (s.maker, s.number) = (p.seal_maker, p.seal_number)
        WHERE p.tenant_id = 99
      UNION ALL SELECT 'event notes', count(*), 0 FROM nasty.event_notes n
        JOIN nasty.events e ON (e.id, e.at) = (n.event_id, n.event_at) WHERE e.tenant_id = 99
      UNION ALL SELECT 'attachments', count(*), 0 FROM nasty.attachments a WHERE
        a.owner_type = 'Page' AND a.owner_id IN (SELECT id FROM nasty.pages WHERE tenant_id = 99)
        OR a.owner_type = 'Order' AND a.owner_id IN (SELECT id FROM nasty.orders WHERE tenant_id = 99)
      UNION ALL SELECT 'pages in reports', count(*), count(*) FILTER (WHERE p.tenant_id <> 99)
        FROM nasty.reports r, jsonb_array_elements(r.settings -> 'pageIds') e (one)
        JOIN nasty.pages p ON p.id = (e.one #>> '{}')::bigint WHERE r.tenant_id = 99
      UNION ALL SELECT 'orders in reports', count(*), count(*) FILTER (WHERE o.tenant_id <> 99)
        FROM nasty.reports r JOIN nasty.orders o
        ON o.id = (r.settings #>> '{main,orderId}')::bigint WHERE r.tenant_id = 99
      UNION ALL SELECT 'secrets', count(*), 0 FROM nasty.secrets WHERE tenant_id = 99
      UNION ALL SELECT 'bookings', count(*), 0 FROM nasty.bookings WHERE tenant_id = 99
      """;
}
