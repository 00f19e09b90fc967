package io.holdfast.tenant.closure;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Accounts with folders in folders, files in several columns of several types, and large objects.
@Timeout(120)
class NamesOfOthersTest {
  private static final ScopeMap MAP =
      (ScopeMap)
          ScopeFileReader.parse(
              Path.of("test"),
              """
              kind: Scope
              name: account
              root: {table: public.accounts, key: [id]}
              owned:
                public.accounts: {via: root, largeObjects: [photo]}
                public.folders: {via: column account_id, shared: {inside: include}}
                public.papers: {via: fk papers_folder, where: NOT thrown_away}
                public.stamps: {via: column account_id}
              assets:
                logos: {table: public.accounts, key: logo, store: files}
                papers: {table: public.papers, key: path, store: files}
                scans: {table: public.papers, key: scan, store: scans}
                stamps: {table: public.stamps, key: path, store: files}
                marks: {table: public.papers, key: mark, store: files}
                seals: {table: public.papers, largeObject: seal}
                thumbs: {table: public.papers, largeObject: thumb}
              """);

  private static TestDatabases databases;
  private static Catalog catalog;
  private static ConnectionUrl url;

  private DatabaseSession session;

  @BeforeAll
  static void start() throws IOException {
    databases = TestDatabases.start(13);
    url =
        databases.create(
            "CREATE COLLATION anyhow (provider = icu, locale = 'und-u-ks-level2', deterministic ="
                + " false)",
            "CREATE DOMAIN lo AS oid",
            "CREATE TABLE accounts (id int PRIMARY KEY, logo varchar(100) COLLATE \"C\", photo lo)",
            "CREATE TABLE folders (id int PRIMARY KEY, account_id int REFERENCES accounts, parent"
                + " int CONSTRAINT inside REFERENCES folders)",
            "CREATE TABLE papers (id int PRIMARY KEY, folder int CONSTRAINT papers_folder REFERENCES"
                + " folders, path text, scan text COLLATE anyhow, mark uuid, seal oid, thumb bigint,"
                + " thrown_away boolean NOT NULL DEFAULT false)",
            "CREATE TABLE stamps (id int PRIMARY KEY, account_id int, path text)",
            "INSERT INTO stamps VALUES (1, 1, 'own stamp'), (2, NULL, 'stamp of nobody')",
            "CREATE INDEX papers_path ON papers (path)",
            "CREATE INDEX papers_seal ON papers (seal)",
            "INSERT INTO accounts VALUES (1, 'logo.png', 7), (2, 'logo.png', 8), (3, 'two.png',"
                + " NULL)",
            "INSERT INTO folders VALUES (10, 1, NULL), (11, NULL, 10), (20, 2, NULL), (21, NULL,"
                + " 20), (30, NULL, NULL)",
            "INSERT INTO papers (id, folder, path, scan, mark, seal, thumb) VALUES"
                + " (100, 10, 'one/a', 'One', NULL, 70, 71), (101, 11, 'one/b', 'one/s', NULL, 72,"
                + " NULL), (200, 20, 'two/a', 'Two', '00000000-0000-0000-0000-000000000002', 80, -1),"
                + " (201, 21, './two/b', NULL, NULL, NULL, 81), (300, 30, 'nobody', NULL, NULL, 90,"
                + " 5000000000)",
            "INSERT INTO papers (id, folder, path, thrown_away) VALUES (102, 10, 'one/gone', true)",
            "INSERT INTO papers (id, folder, path) SELECT n, 20, 'two/' || n FROM"
                + " generate_series(1000, 30000) n",
            "ANALYZE");
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

  private static NamesOfOthers of(int account) {
    return new NamesOfOthers(MAP, catalog, ScopeId.of(Integer.toString(account)));
  }

  private static String values(List<String> values) {
    return values.stream()
        .map(value -> "('" + value + "')")
        .collect(Collectors.joining(", ", "VALUES ", ""));
  }

  private List<String> ask(String sql) throws IOException {
    return session.query(sql).stream().map(List::getFirst).sorted().toList();
  }

  private List<String> files(int account, String store, String... names) throws IOException {
    return ask(of(account).files(store, Optional.of("/srv/files"), values(List.of(names))));
  }

  @ParameterizedTest
  @CsvSource({
    "one/a, false",
    "one/b, false",
    "./one/a, false",
    "two/a, true",
    "two/b, true",
    "./two/b, true",
    "two//a, true",
    "two/./a, true",
    "two/a/, true",
    "two/a/., true",
    ".///two/.//a, true",
    "/two/a, true",
    "/srv/files/two/a, true",
    "/srv//files/./two/a, true",
    "/srv/files/one/a, false",
    "/srv/files2/two/a, false",
    "one/../one/a, true",
    "..one/a.., false",
    "nobody, true",
    "logo.png, true",
    "two.png, true",
    "one/gone, true",
    "00000000-0000-0000-0000-000000000002, true",
    "TWO/A, false",
    "own stamp, false",
    "stamp of nobody, true",
  })
  void aNameIsOthersIfAnyRowThatIsNotTheScopesNamesTheFile(String name, boolean others)
      throws IOException {
    assertThat(files(1, "files", name)).isEqualTo(others ? List.of(name) : List.of());
  }

  @Test
  void otherStoresHaveOtherFilesAndTheColumnSaysWhatIsTheSame() throws IOException {
    assertThat(files(1, "scans", "two/a", "TWO", "one", "ONE/S")).containsExactly("TWO");
    assertThat(files(1, "nowhere", "two/a")).isEmpty();
    assertThat(files(2, "files", "one/a", "two/a", "two/b", "logo.png"))
        .containsExactly("logo.png", "one/a");
  }

  @Test
  void largeObjectsAreOthersInWhateverColumn() throws IOException {
    String some = "VALUES (70), (71), (72), (7), (8), (80), (81), (90), (5000000000), (-1), (NULL)";
    assertThat(ask(of(1).largeObjects(some)))
        .containsExactly("-1", "5000000000", "8", "80", "81", "90");
    assertThat(ask(of(2).largeObjects(some)))
        .containsExactly("5000000000", "7", "70", "71", "72", "90");
  }

  @Test
  void whereTheColumnHasAnIndexFewNamesDoNotReadTheTable() throws IOException {
    session.query("SET enable_hashjoin = on");
    for (String sql :
        List.of(
            of(1).files("files", Optional.empty(), values(List.of("one/a", "two/2000"))),
            of(1).largeObjects("VALUES (70), (80)"))) {
      String plan = String.join("\n", ask("EXPLAIN " + sql));
      assertThat(plan).containsAnyOf("papers_path", "papers_seal");
    }
    assertThat(files(1, "files", "one/a", "two/2000")).containsExactly("two/2000");
  }
}
