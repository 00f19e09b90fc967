package io.holdfast.tenant.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A map of today serves for the database of another day.
@Timeout(300)
class FittedMapTest {
  private static final String[] SCHEMA = {
    "CREATE TABLE accounts (id integer PRIMARY KEY, name text)",
    "CREATE TABLE clients (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES"
        + " accounts, friends integer[], file text, other integer)",
    "CREATE TABLE letters (id integer PRIMARY KEY, client_id integer CONSTRAINT letters_client"
        + " REFERENCES clients, account_id integer NOT NULL REFERENCES accounts)"
  };

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
        Maps.edited(
            Discovery.discover(
                    TestDatabases.catalog(url),
                    "account",
                    name("accounts"),
                    Optional.of("account_id"))
                .map(),
            "\nowned:",
            """

            assets: {scans: {table: public.clients, key: file, store: files}}
            virtualReferences:
              - from: public.clients.friends
                to: public.clients.id
            columns:
              public.clients.other: {clone: "null"}
            owned:""");
    assertThat(isFit(map)).isTrue();
  }

  private static QualifiedName name(String table) {
    return new QualifiedName("public", table);
  }

  private boolean isFit(ScopeMap some) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return ScopeCheck.check(some, TestDatabases.catalog(url), sql).isFit();
    }
  }

  private FittedMap fitted() {
    Catalog catalog = TestDatabases.catalog(url);
    return FittedMap.of(map, catalog);
  }

  @Test
  void whatTheDatabaseDoesNotHaveIsTakenOut() {
    TestDatabases.run(
        url,
        "DROP TABLE letters",
        "ALTER TABLE clients DROP COLUMN friends, DROP COLUMN file, DROP COLUMN other",
        "CREATE TABLE former (id integer PRIMARY KEY, client_id integer)");
    assertThat(isFit(map.withoutSchema())).isFalse();

    FittedMap fitted = fitted();
    assertThat(isFit(fitted.map())).isTrue();
    assertThat(fitted.map().owned().keySet())
        .containsExactlyInAnyOrder(name("accounts"), name("clients"));
    assertThat(fitted.map().assets()).isEmpty();
    assertThat(fitted.map().columns()).isEmpty();
    assertThat(fitted.map().virtualReferences()).isEmpty();
    assertThat(fitted.unknown()).containsExactly(name("former"));
  }

  @Test
  void aMapThatFitsStaysAsItIs() {
    FittedMap fitted = fitted();
    assertThat(fitted.map()).isEqualTo(map.withoutSchema());
    assertThat(fitted.unknown()).isEmpty();
  }

  /// Nobody can guess how the rows hang together then.
  @Test
  void aMapWhoseWayToTheRootIsGoneDoesNotFit() {
    TestDatabases.run(url, "ALTER TABLE clients RENAME COLUMN account_id TO owner_id");
    assertThat(isFit(fitted().map())).isFalse();
    TestDatabases.run(url, "ALTER TABLE accounts RENAME TO customers");
    assertThat(isFit(fitted().map())).isFalse();
  }
}
