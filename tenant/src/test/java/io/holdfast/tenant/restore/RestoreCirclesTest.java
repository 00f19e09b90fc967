package io.holdfast.tenant.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.restore.RestorePolicy.Preset;
import io.holdfast.tenant.restore.TablePlan.Work;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A restore of rows that need each other.
@Timeout(300)
class RestoreCirclesTest {
  private static final String[] SCHEMA = {
    "CREATE TABLE accounts (id integer PRIMARY KEY)",
    "CREATE TABLE offices (id integer PRIMARY KEY, account_id integer NOT NULL CONSTRAINT"
        + " account_fk REFERENCES accounts)",
    "CREATE TABLE teams (id integer PRIMARY KEY, office_id integer NOT NULL CONSTRAINT office_fk"
        + " REFERENCES offices, lead_id integer NOT NULL)",
    "CREATE TABLE people (id integer PRIMARY KEY, team_id integer NOT NULL CONSTRAINT team_fk"
        + " REFERENCES teams)",
    "ALTER TABLE teams ADD CONSTRAINT lead_fk FOREIGN KEY (lead_id) REFERENCES people",
    "INSERT INTO accounts VALUES (1), (2)",
    "INSERT INTO offices VALUES (5, 1)",
    "WITH p AS (INSERT INTO people VALUES (8, 7)) INSERT INTO teams VALUES (7, 5, 8)"
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
    ScopeMap found =
        Discovery.discover(TestDatabases.catalog(url), "a", name("accounts"), Optional.empty())
            .map();
    Map<QualifiedName, Owned> owned = new LinkedHashMap<>(found.owned());
    owned.put(
        name("teams"),
        new Owned(
            new Via.OfForeignKey("office_fk"),
            Optional.empty(),
            new TreeMap<>(Map.of("lead_fk", Shared.INCLUDE)),
            Optional.empty(),
            List.of()));
    map = Maps.withOwned(found, owned);
  }

  private static QualifiedName name(String table) {
    return new QualifiedName("public", table);
  }

  private StoredTenant deleted() throws IOException {
    StoredTenant stored = StoredTenant.read(url, map, "1");
    TestDatabases.run(
        url, "WITH t AS (DELETE FROM teams WHERE id = 7) DELETE FROM people WHERE id = 8");
    return stored;
  }

  private RestoreRun run(StoredTenant stored) throws IOException {
    return RestoreRun.open(url, stored, new Goal.Restore(Preset.MIRROR.without(Set.of())));
  }

  @Test
  void rowsThatNeedEachOtherComeBackTogether() throws IOException {
    StoredTenant stored = deleted();
    try (RestoreRun run = run(stored)) {
      assertThat(run.plan().inserts()).isEqualTo(2);
      run.apply();
    }
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      assertThat(sql.query("SELECT * FROM teams JOIN people ON team_id = teams.id"))
          .containsExactly(List.of("7", "5", "8", "8", "7"));
    }
  }

  @Test
  void rowsThatOnlyOwnOneAnotherAreNotTheTenants() throws IOException {
    StoredTenant stored = deleted();
    TestDatabases.run(url, "UPDATE offices SET account_id = 2");
    try (RestoreRun run = run(stored)) {
      assertThat(run.plan().isEmpty()).isTrue();
      assertThat(run.plan("teams").blocked())
          .containsExactly(new Blocked(Reason.PARENT_MISSING, "office_fk", 1));
      assertThat(run.plan("people").blocked())
          .containsExactly(new Blocked(Reason.NOT_OF_TENANT, "", 1));
    }
  }

  @Test
  void aValueIsNotTakenOverWhereACascadeWouldHitItsNewRow() throws IOException {
    TestDatabases.run(
        url,
        "ALTER TABLE offices ADD code text UNIQUE",
        "CREATE TABLE desks (id integer PRIMARY KEY, office text NOT NULL CONSTRAINT office_code_fk"
            + " REFERENCES offices (code) ON DELETE CASCADE)",
        "INSERT INTO offices VALUES (6, 1, 'x')",
        "INSERT INTO desks VALUES (1, 'x')");
    map =
        Discovery.discover(TestDatabases.catalog(url), "a", name("accounts"), Optional.empty())
            .map();
    StoredTenant stored = StoredTenant.read(url, map, "1");
    TestDatabases.run(
        url, "DELETE FROM offices WHERE id = 6", "INSERT INTO offices VALUES (9, 1, 'x')");
    try (RestoreRun run = run(stored)) {
      assertThat(run.plan("offices").work()).isEqualTo(new Work(0, 0, 1));
      assertThat(run.plan("offices").blocked())
          .containsExactly(new Blocked(Reason.UNIQUE_TAKEN, "offices_code_key", 1));
      assertThat(run.plan("desks").work().isEmpty()).isTrue();
      run.apply();
    }
  }
}
