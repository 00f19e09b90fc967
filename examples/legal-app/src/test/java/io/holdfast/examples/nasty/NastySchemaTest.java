package io.holdfast.examples.nasty;

import static io.holdfast.examples.legal.Databases.count;
import static io.holdfast.examples.legal.Databases.digests;
import static io.holdfast.examples.legal.Databases.rows;
import static io.holdfast.examples.legal.Databases.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.Databases;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}")
@MethodSource("servers")
@Timeout(120)
class NastySchemaTest {
  private static final int TENANTS = 8;

  /// Digests of what the versions of PostgreSQL hold.
  private static final Set<Map<String, String>> OF_ALL_VERSIONS = new HashSet<>();

  private final Databases databases;

  NastySchemaTest(Databases databases) {
    this.databases = databases;
  }

  /// JUnit closes each when its tests are done.
  static Stream<Databases> servers() {
    return Stream.of(13, 18).map(Databases::of);
  }

  private Connection loaded(long seed) throws SQLException, IOException {
    return loaded(seed, new AssetFiles.Nowhere());
  }

  private Connection loaded(long seed, AssetFiles assets) throws SQLException, IOException {
    Connection connection = databases.create();
    NastySchema.createSchema(connection);
    NastySchema.load(connection, seed, TENANTS, assets);
    return connection;
  }

  @Test
  void theSameSeedGivesTheSameRowsAndAnotherSeedOthers() throws Exception {
    Map<String, String> first;
    try (Connection connection = loaded(7)) {
      first = digests(connection);
    }
    try (Connection connection = loaded(7)) {
      assertThat(digests(connection)).isEqualTo(first);
    }
    OF_ALL_VERSIONS.add(first);
    assertThat(OF_ALL_VERSIONS).as("rows do not depend on the server").hasSize(1);
    try (Connection connection = loaded(9)) {
      Map<String, String> other = digests(connection);
      assertThat(other.keySet()).isEqualTo(first.keySet());
      for (String table :
          List.of("nasty.orders", "nasty.items", "nasty.pages", "nasty.samples", "large objects")) {
        assertThat(other).as(table).doesNotContainEntry(table, first.getOrDefault(table, ""));
      }
    }
  }

  @Test
  void everyTenantHasRowsInEveryTable(@TempDir Path files) throws Exception {
    try (Connection connection = loaded(3, new AssetFiles.In(files))) {
      List<String> withTenant =
          rows(
              connection,
              "SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                  + " WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND NOT"
                  + " c.relispartition AND c.relname <> 'search_index'");
      assertThat(withTenant).hasSize(18);
      for (String table : withTenant) {
        assertThat(rows(connection, "SELECT DISTINCT tenant_id FROM " + table))
            .as(table)
            .hasSize(TENANTS);
      }
      assertThat(count(connection, "SELECT count(*) FROM nasty.offices")).isEqualTo(3 * TENANTS);
      assertThat(files.resolve("nasty/1/ü 2.bin")).exists();
      for (String partition : List.of("2025", "2026_0", "2026_1", "other")) {
        assertThat(rows(connection, "SELECT id FROM nasty.events_" + partition)).isNotEmpty();
      }
    }
  }

  @Test
  void evenTenantsReferToAnotherTenantAndOddOnesDoNot() throws Exception {
    try (Connection connection = loaded(3)) {
      assertThat(
              rows(
                  connection,
                  "SELECT l.tenant_id, p.tenant_id FROM nasty.links l JOIN nasty.pages p"
                      + " ON p.id = l.page_id WHERE l.tenant_id <> p.tenant_id ORDER BY 1"))
          .containsExactly("2|1", "4|3", "6|5", "8|7");
      for (String other :
          List.of(
              "nasty.pages a JOIN nasty.pages b ON b.id IN (a.parent_id, a.previous_id)",
              "nasty.orders a JOIN nasty.items b ON b.id = a.main_item_id OR b.order_id = a.id",
              "nasty.tenants t JOIN nasty.pages b ON b.id = t.main_page_id,"
                  + " LATERAL (SELECT t.id AS tenant_id) a",
              "nasty.parcels a JOIN nasty.seals b ON (maker, number) = (seal_maker, seal_number)",
              "nasty.reports a JOIN nasty.orders b ON b.id = ANY (a.order_ids)"
                  + " OR b.id = (a.settings -> 'main' ->> 'orderId')::bigint",
              "nasty.reports a JOIN nasty.pages b ON a.settings -> 'pageIds' @> to_jsonb(b.id)")) {
        assertThat(count(connection, "SELECT count(*) FROM " + other)).as(other).isPositive();
        assertThat(
                count(
                    connection,
                    "SELECT count(*) FROM (SELECT a.tenant_id AS x, b.tenant_id AS y FROM "
                        + other
                        + ") AS pairs WHERE x <> y"))
            .as(other)
            .isZero();
      }
      assertThat(
              count(
                  connection,
                  "SELECT count(*) FROM nasty.attachments WHERE NOT EXISTS (SELECT FROM nasty.pages"
                      + " WHERE id = owner_id AND owner_type = 'Page' UNION SELECT FROM nasty.orders"
                      + " WHERE id = owner_id AND owner_type = 'Order')"))
          .isZero();
    }
  }

  @Test
  void theCatalogHasEveryDifficulty() throws Exception {
    try (Connection connection = loaded(3)) {
      for (String difficulty :
          List.of(
              "pg_constraint WHERE contype = 'f' AND confmatchtype = 'f'",
              "pg_constraint WHERE contype = 'f' AND confdeltype = 'c' AND conname = 'links_page_fk'",
              "pg_constraint WHERE contype = 'f' AND condeferred",
              "pg_constraint WHERE contype = 'u' AND condeferrable",
              "pg_constraint WHERE contype = 'x'",
              "pg_constraint WHERE contype = 'f' AND conrelid = confrelid HAVING count(*) = 2",
              "pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 3",
              "pg_constraint WHERE contype = 'f' AND conparentid <> 0",
              "pg_attribute WHERE attidentity = 'a' AND attnum > 0",
              "pg_attribute WHERE attgenerated = 's'",
              "pg_attribute WHERE attisdropped",
              "pg_class WHERE relforcerowsecurity",
              "pg_class WHERE relpersistence = 'u'",
              "pg_partitioned_table WHERE partdefid <> 0",
              "pg_trigger WHERE NOT tgisinternal",
              "pg_type WHERE typtype = 'd' AND typnotnull",
              "pg_type WHERE typtype = 'r' AND typnamespace = 'nasty'::regnamespace",
              "pg_largeobject_metadata",
              "pg_attribute WHERE octet_length(attname) = 63",
              "pg_attribute WHERE attname LIKE E'%\\n%'",
              "pg_class WHERE relname LIKE '%\"%.%'")) {
        assertThat(rows(connection, "SELECT count(*) FROM " + difficulty))
            .as(difficulty)
            .isNotEmpty()
            .doesNotContain("0");
      }
      assertThat(
              rows(
                  connection,
                  "SELECT address, addresses, grid FROM nasty.samples WHERE id IN (1001, 1002)"
                      + " ORDER BY id"))
          .first()
          .asString()
          .contains("Rue", "it's", "[0:1][-1:0]={{1,2},{3,NULL}}");
    }
  }

  @Test
  void ringsAreClosedByKeysThatAreNeitherNullNorDeferrable() throws Exception {
    try (Connection connection = databases.create()) {
      NastySchema.createSchema(connection);
      List<String> edges =
          rows(
              connection,
              "SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f'"
                  + " AND NOT condeferrable AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid ="
                  + " conrelid AND attnum = ANY (conkey) AND NOT attnotnull)");
      assertThat(edges)
          .contains("nasty.orders|nasty.items", "nasty.items|nasty.orders")
          .contains(
              "nasty.teams|nasty.people",
              "nasty.people|nasty.offices",
              "nasty.offices|nasty.teams");
    }
  }

  @Test
  void troublesHappenOnDemand() throws Exception {
    try (Connection connection = loaded(3)) {
      assertThat(NastySchema.passOnWebName(connection, 1, 4)).isEqualTo("t1.example");
      assertThat(
              rows(connection, "SELECT name FROM nasty.web_names WHERE tenant_id = 4 ORDER BY 1"))
          .containsExactly("t1.example", "t4.example", "www.t4.example");
      String before =
          value(connection, "SELECT min(sold_by) FROM nasty.orders WHERE tenant_id = 1");
      String login = value(connection, "SELECT login FROM nasty.members WHERE id = " + before);
      assertThat(NastySchema.removeSeller(connection, 1)).isEqualTo(login);
      assertThat(count(connection, "SELECT count(*) FROM nasty.members")).isEqualTo(4);
      assertThat(rows(connection, "SELECT id FROM nasty.orders WHERE sold_by = " + before))
          .isEmpty();
      rows(connection, "UPDATE nasty.pages SET updated_at = '2000-01-01Z' WHERE id = 1001");
      assertThat(
              value(
                  connection,
                  "SELECT updated_at > now() - interval '1 minute' FROM nasty.pages"
                      + " WHERE id = 1001"))
          .isEqualTo("t");
    }
  }

  @Test
  void nobodyButTheTenantSeesItsSecrets() throws Exception {
    try (Connection connection = loaded(3)) {
      rows(connection, "DROP ROLE IF EXISTS vault");
      rows(connection, "CREATE ROLE vault");
      rows(connection, "GRANT USAGE ON SCHEMA nasty TO vault");
      rows(connection, "ALTER TABLE nasty.secrets OWNER TO vault");
      rows(connection, "SET ROLE vault");
      assertThat(count(connection, "SELECT count(*) FROM nasty.secrets")).isZero();
      rows(connection, "SET app.tenant = 2");
      assertThat(rows(connection, "SELECT tenant_id FROM nasty.secrets")).containsExactly("2", "2");
      rows(connection, "RESET ROLE");
      rows(connection, "DROP OWNED BY vault");
      rows(connection, "DROP ROLE vault");
    }
  }

  @Test
  void theMapNamesEveryTable() throws Exception {
    try (Connection connection = databases.create()) {
      NastySchema.createSchema(connection);
      List<String> names =
          rows(
              connection,
              "SELECT quote_ident(nspname) || '.' || quote_ident(relname) FROM pg_class c"
                  + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind IN ('r', 'p')"
                  + " AND NOT relispartition AND nspname IN ('nasty', 'Odd \"Schema\".1')");
      assertThat(names).hasSize(27);
      for (String name : names) {
        String yaml =
            name.contains("\"")
                ? '"' + name.replace("\"", "\\\"").replace("\n", "\\n") + '"'
                : name;
        assertThat(NastySchema.scope()).containsOnlyOnce("\n  " + yaml + ":");
      }
    }
  }
}
