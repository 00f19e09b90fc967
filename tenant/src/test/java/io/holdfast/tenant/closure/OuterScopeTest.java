package io.holdfast.tenant.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Accounts with accounts below them, matters that may be thrown away, sessions and their notes.
@Timeout(120)
class OuterScopeTest {
  private static final ScopeMap ACCOUNT =
      map(
          """
          kind: Scope
          name: account
          root: {table: public.accounts, key: [id]}
          owned:
            public.accounts: {via: root, shared: {above: include}}
            public.matters: {via: fk matters_account, where: NOT thrown_away}
            public.sessions: {via: fk sessions_matter}
            public.notes:
              via: {polymorphic: {type: owner_type, id: owner_id, map: {Session: public.sessions}}}
          """);
  private static final ScopeMap SESSION =
      map(
          """
          kind: Scope
          name: session
          root: {table: public.sessions, key: [id]}
          owned:
            public.sessions: {via: root}
            public.notes:
              via: {polymorphic: {type: owner_type, id: owner_id, map: {Session: public.sessions}}}
          """);
  private static final QualifiedName SESSIONS = new QualifiedName("public", "sessions");
  private static final QualifiedName NOTES = new QualifiedName("public", "notes");

  private static TestDatabases databases;
  private static Catalog catalog;
  private static ConnectionUrl url;

  private DatabaseSession session;

  private static ScopeMap map(String text) {
    return (ScopeMap) ScopeFileReader.parse(Path.of("test"), text);
  }

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(15);
    url =
        databases.create(
            "CREATE TABLE accounts (id int PRIMARY KEY, parent_id int CONSTRAINT above REFERENCES"
                + " accounts)",
            "CREATE TABLE matters (id int PRIMARY KEY, account_id int CONSTRAINT matters_account"
                + " REFERENCES accounts, thrown_away boolean NOT NULL)",
            "CREATE TABLE sessions (id int PRIMARY KEY, matter_id int CONSTRAINT sessions_matter"
                + " REFERENCES matters)",
            "CREATE TABLE notes (id int PRIMARY KEY, owner_type text, owner_id int)",
            "INSERT INTO accounts VALUES (1, NULL), (2, NULL), (3, 1)",
            "INSERT INTO matters VALUES (10, 1, false), (11, 1, true), (20, 2, false), (30, 3,"
                + " false)",
            "INSERT INTO sessions VALUES (100, 10), (110, 11), (200, 20), (300, 30), (400, NULL)",
            "INSERT INTO notes VALUES (1, 'Session', 100), (2, 'Session', 110), (3, 'Else', 100)");
    catalog = TestDatabases.catalog(url);
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  @BeforeEach
  void open() throws IOException {
    session =
        DatabaseSession.open(
            url, "test", Map.of("search_path", "", "jit", "off"), new Cancellation());
  }

  @AfterEach
  void close() throws IOException {
    session.close();
  }

  @Test
  void aRootIsFollowedUpToTheLargerScope() {
    OuterScope outer = OuterScope.of(ACCOUNT, "1", SESSION, catalog);
    for (String own : Set.of("100", "300")) {
      assertThatCode(() -> outer.requireRoot(session, own, own)).doesNotThrowAnyException();
      assertThatCode(() -> outer.requireNoOthersRoot(session, own)).doesNotThrowAnyException();
    }
    for (String others : Set.of("110", "200", "400")) {
      assertRefused(others, () -> outer.requireRoot(session, others, others));
      assertRefused(others, () -> outer.requireNoOthersRoot(session, others));
    }
    assertRefused("999", () -> outer.requireRoot(session, "999", "999"));
    assertThatCode(() -> outer.requireNoOthersRoot(session, "999")).doesNotThrowAnyException();
  }

  private static void assertRefused(String id, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
              assertThat(e.text()).endsWith("has no row whose id is " + id);
            });
  }

  @Test
  void anAccountBelowIsNotTheSameRoot() throws IOException {
    OuterScope outer = OuterScope.of(ACCOUNT, "1", ACCOUNT, catalog);
    outer.requireRoot(session, "1", "1");
    assertRefused("3", () -> outer.requireRoot(session, "3", "3"));
  }

  @Test
  void rowsThatOnlyTheSmallerScopeOwnsAreStrangers() throws IOException {
    OuterScope outer = OuterScope.of(ACCOUNT, "1", SESSION, catalog);
    assertThat(outer.strangers(session, "100")).isEmpty();
    assertThat(outer.strangers(session, "110"))
        .contains("1 rows of public.sessions are of session 110 and not of account 1");
  }

  @Test
  void aNewRowIsJudgedByRowsThatStay() throws IOException {
    OuterScope outer = OuterScope.of(ACCOUNT, "1", SESSION, catalog);
    String condition = outer.conditionOfNew(SESSIONS, "s", Set.of("id", "matter_id")).orElseThrow();
    assertThat(
            session.query(
                "SELECT s.id, ("
                    + condition
                    + ") IS TRUE FROM (VALUES (500, 10), (501, 20), (502, NULL), (503, 11), (200,"
                    + " 30)) s (id, matter_id) ORDER BY 1"))
        .hasToString("[[200, t], [500, t], [501, f], [502, f], [503, f]]");
    assertThat(outer.conditionOfNew(SESSIONS, "s", Set.of("id"))).isEmpty();
    assertThat(outer.conditionOfNew(NOTES, "s", Set.of("id", "owner_type", "owner_id"))).isEmpty();
  }
}
