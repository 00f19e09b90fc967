package io.holdfast.tenant.closure;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.ForeignKey;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.OwnedRowsModel;
import io.holdfast.tenant.testing.RandomDecisions;
import io.holdfast.tenant.testing.RandomTenancy;
import io.holdfast.tenant.testing.RandomTenancy.TestTable;
import io.holdfast.tenant.testing.Rows;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rows that the SQL selects are those that a model finds by trying everything.
@Timeout(600)
class OwnedRowsTest {
  private static final int ROUNDS = 6;

  private static TestDatabases databases;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theRowsAreThoseOfTheModel(long seed) {
    SplittableRandom random = Seeds.random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      compare(databases, random);
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void theRowsAreThoseOfTheModelOnOtherServers(int major) throws IOException {
    try (TestDatabases others = TestDatabases.start(major)) {
      SplittableRandom random = Seeds.random(major);
      int circles = 0;
      for (int round = 0; round < ROUNDS; round++) {
        circles += compare(others, random);
      }
      assertThat(circles).as("maps with tables that own each other").isPositive();
    }
  }

  /// @return 1 if the map had tables that own each other
  private static int compare(TestDatabases databases, SplittableRandom random) {
    RandomTenancy tenancy = new RandomTenancy(random);
    ConnectionUrl url = tenancy.create(databases);
    Catalog catalog = TestDatabases.catalog(url);
    ScopeMap found =
        Discovery.discover(catalog, "account", tenancy.root().name(), Optional.of("tenant_id"))
            .map();
    ScopeMap map = Maps.withOwned(found, RandomDecisions.about(found, catalog, random));
    Rows all = Rows.none();
    for (TestTable table : tenancy.tables()) {
      table.rows().forEach(row -> all.put(catalog.table(table.name()).orElseThrow(), row));
    }
    TenantRows rows = TenantRows.of(map, catalog);
    assertOrder(rows, catalog, map);
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      sql.query("SET search_path = ''");
      withoutCompiling(sql);
      for (Map<String, String> tenant : tenancy.root().rows()) {
        String id = tenant.getOrDefault("id", "");
        Map<QualifiedName, Set<String>> expected = new OwnedRowsModel(catalog, all, map, id).find();
        for (QualifiedName name : map.owned().keySet()) {
          TestTable table = tenancy.table(name);
          String query = rows.of(name, ScopeId.of(id)).select(table.key());
          List<String> selected =
              sql.query(query).stream().map(row -> String.join("\0", row)).toList();
          assertThat(selected)
              .as("tenant %s, %s", id, query)
              .containsExactlyInAnyOrderElementsOf(expected.get(name));
        }
      }
    }
    return map.owned().keySet().stream()
            .anyMatch(
                table ->
                    rows.of(table, ScopeId.parameter()).predicate().contains("CROSS JOIN LATERAL"))
        ? 1
        : 0;
  }

  /// The planner overrates recursive queries, and would compile each for longer than it runs.
  private static void withoutCompiling(SqlConnection sql) {
    sql.query("SET jit = off");
  }

  private static void assertOrder(TenantRows rows, Catalog catalog, ScopeMap map) {
    Map<QualifiedName, Integer> place = new HashMap<>();
    for (int i = 0; i < rows.order().size(); i++) {
      for (QualifiedName table : rows.order().get(i)) {
        place.put(table, i);
      }
    }
    assertThat(place.keySet()).isEqualTo(map.owned().keySet());
    for (QualifiedName table : map.owned().keySet()) {
      for (ForeignKey key : catalog.table(table).orElseThrow().foreignKeys()) {
        if (place.containsKey(key.target())) {
          assertThat(place.get(key.target())).isLessThanOrEqualTo(place.get(table));
        }
      }
    }
  }
}
