package io.holdfast.tenant.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.sql.SqlConnection;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.CatalogReader;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.FindingCode.Severity;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScopeCheckTest {
  private static final String[] OFFICE = {
    "CREATE TABLE accounts (id int PRIMARY KEY)",
    "CREATE TABLE matters (id int PRIMARY KEY, account_id int NOT NULL CONSTRAINT"
        + " matters_account REFERENCES accounts, title text)",
    "CREATE INDEX ON matters (account_id)",
    "CREATE TABLE sessions (id int PRIMARY KEY, matter_id int NOT NULL CONSTRAINT"
        + " sessions_matter REFERENCES matters)",
    "CREATE INDEX ON sessions (matter_id)"
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

  @Test
  void aMapFitsTheSchemaItWasMadeFor() {
    ConnectionUrl url = databases.create(OFFICE);
    CheckReport report = check(url, discovered(url));
    assertThat(report.findings()).isEmpty();
    assertThat(report.isFit()).isTrue();
    assertThat(report.describe())
        .containsExactly("scope account fits this database: 0 errors, 0 warnings, 0 notes");
    assertThat(report.toMap()).containsEntry("fit", true);
  }

  /// Acceptance test 11 of the design: a new table without a class.
  @Test
  void aNewTableIsNoticed() {
    ConnectionUrl url = databases.create(OFFICE);
    ScopeMap map = discovered(url);
    TestDatabases.run(url, "CREATE TABLE news (id int)", "CREATE SCHEMA s", "CREATE TABLE s.t ()");
    CheckReport report = check(url, map);
    assertThat(report.isFit()).isFalse();
    assertThat(report.findings())
        .extracting(Finding::code, finding -> finding.table().orElseThrow().text())
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(FindingCode.TABLE_UNCLASSIFIED, "public.news"),
            org.assertj.core.api.Assertions.tuple(FindingCode.TABLE_UNCLASSIFIED, "s.t"));
  }

  /// One database in which nearly everything is wrong; each finding is named with its table.
  @Test
  void everythingThatIsWrongIsFoundAtOnce() {
    ConnectionUrl url =
        databases.create(
            "CREATE TABLE accounts (id int PRIMARY KEY)",
            "CREATE TABLE matters (id int PRIMARY KEY, account_id text, second int CONSTRAINT"
                + " matters_second REFERENCES accounts, big oid, seal oid, up text GENERATED ALWAYS AS"
                + " ('x') STORED, UNIQUE (second) DEFERRABLE)",
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
            "CREATE TRIGGER touched BEFORE UPDATE ON matters FOR EACH ROW EXECUTE FUNCTION touch()",
            "CREATE TABLE no_key (matter_id int CONSTRAINT no_key_matter REFERENCES matters)",
            "CREATE TABLE y (id int PRIMARY KEY, z int)",
            "CREATE TABLE z (id int PRIMARY KEY, y int CONSTRAINT to_y REFERENCES y)",
            "ALTER TABLE y ADD CONSTRAINT to_z FOREIGN KEY (z) REFERENCES z",
            "CREATE TABLE outside (id int PRIMARY KEY, account_id int CONSTRAINT outside_account"
                + " REFERENCES accounts ON DELETE CASCADE)",
            "CREATE TABLE audit (id int PRIMARY KEY)",
            "CREATE TABLE both_classes (id int PRIMARY KEY)",
            "CREATE TABLE leads_out (id int PRIMARY KEY, audit int CONSTRAINT leads_out_fk"
                + " REFERENCES audit)",
            "CREATE TABLE forgotten (id int PRIMARY KEY)",
            "CREATE TABLE undecided (id int PRIMARY KEY)",
            "CREATE TABLE filtered (id int PRIMARY KEY, account_id int)");
    ScopeMap map =
        (ScopeMap)
            ScopeFileReader.parse(
                Path.of("wrong"),
                """
                kind: Scope
                name: account
                schemaFingerprint: sha256:0000000000000000000000000000000000000000000000000000000000000000
                root: {table: public.accounts, key: [id]}
                tenantColumn: account_id
                owned:
                  public.matters: {via: column account_id, largeObjects: [small]}
                  public.no_key: {via: fk no_key_matter}
                  public.y: {via: fk to_z}
                  public.z: {via: fk to_y}
                  public.leads_out: {via: fk leads_out_fk}
                  public.vanished: {via: fk x}
                  public.both_classes: {via: column gone}
                  public.filtered: {via: column account_id, where: "no_such_column"}
                  public.audit_parts: {via: fk gone}
                referenced:
                  public.audit: {match: [nothing]}
                excluded:
                  public.outside: it is outside
                  "public.both*": a pattern that fits too much
                  public.undecided: "not reachable from the root: decide"
                  public.stale: long gone
                assets:
                  seals: {table: public.matters, largeObject: seal}
                """);
    CheckReport report = check(url, map);
    Set<String> found =
        report.findings().stream()
            .map(
                finding ->
                    finding.code() + " " + finding.table().map(QualifiedName::name).orElse("-"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(found)
        .containsExactlyInAnyOrder(
            "TABLE_UNCLASSIFIED forgotten",
            "TABLE_IN_SEVERAL_CLASSES both_classes",
            "EXCLUSION_UNDECIDED undecided",
            "TABLE_MISSING vanished",
            "TABLE_MISSING audit_parts",
            "COLUMN_MISSING both_classes",
            "COLUMN_MISSING matters",
            "COLUMN_MISSING audit",
            "WAY_LEADS_ELSEWHERE leads_out",
            "NO_WAY_TO_ROOT y",
            "NO_WAY_TO_ROOT z",
            "NO_WAY_TO_ROOT leads_out",
            "DECISION_MISSING matters",
            "NO_KEY no_key",
            "SCHEMA_CHANGED -",
            "CASCADE_LEAVES_SCOPE outside",
            "TYPE_DIFFERS matters",
            "INDEX_MISSING matters",
            "INDEX_MISSING no_key",
            "INDEX_MISSING y",
            "INDEX_MISSING z",
            "INDEX_MISSING filtered",
            "PATTERN_FITS_NOTHING -",
            "KEY_DEFERRABLE matters",
            "COLUMNS_GENERATED matters",
            "LARGE_OBJECTS_POSSIBLE matters",
            "NAMES_UNINDEXED matters",
            "TENANT_COLUMN_LEFT_OUT outside",
            "TRIGGERS_FIRE matters");
    assertThat(report.findings())
        .isSortedAccordingTo(java.util.Comparator.comparing(finding -> finding.code().severity()));
    assertThat(report.findings()).allMatch(finding -> !finding.hint().isEmpty());
    assertThat(report.findings())
        .filteredOn(finding -> finding.code() == FindingCode.LARGE_OBJECTS_POSSIBLE)
        .extracting(Finding::text)
        .containsExactly("big may hold numbers of large objects");
  }

  @Test
  void aQueryThatTheServerRefusesIsFound() {
    ConnectionUrl url = databases.create(OFFICE);
    ScopeMap map =
        Maps.edited(
            discovered(url),
            "public.matters: {via: column account_id}",
            "public.matters: {via: column account_id, where: \"no_such_column > 1\"}");
    CheckReport report = check(url, map);
    assertThat(report.findings())
        .extracting(Finding::code, finding -> finding.table().orElseThrow().name())
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(FindingCode.QUERY_REFUSED, "matters"),
            org.assertj.core.api.Assertions.tuple(FindingCode.QUERY_REFUSED, "sessions"));
    assertThat(report.findings().getFirst().text()).contains("no_such_column");
  }

  @Test
  void foreignKeysThatAreGoneAndSecondWaysAreFound() {
    ConnectionUrl url = databases.create(OFFICE);
    ScopeMap map = discovered(url);
    TestDatabases.run(
        url,
        "ALTER TABLE sessions DROP CONSTRAINT sessions_matter",
        "ALTER TABLE sessions ADD CONSTRAINT another FOREIGN KEY (matter_id) REFERENCES matters");
    assertThat(codes(check(url, map)))
        .contains(
            FindingCode.FOREIGN_KEY_MISSING,
            FindingCode.NO_WAY_TO_ROOT,
            FindingCode.DECISION_MISSING,
            FindingCode.SCHEMA_CHANGED);
  }

  @Test
  void rowsThatTheRoleCannotSeeAreNoticed() {
    ConnectionUrl url = databases.create(OFFICE);
    ScopeMap map = discovered(url);
    TestDatabases.run(
        url,
        "ALTER TABLE matters ENABLE ROW LEVEL SECURITY",
        "CREATE ROLE onlooker LOGIN",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker");
    assertThat(check(url, map).findings()).isEmpty();
    ConnectionUrl asOnlooker =
        databases.server().tcpUrl("onlooker", "").withDatabase(url.database());
    assertThat(check(asOnlooker, map).findings())
        .extracting(Finding::code)
        .containsExactly(FindingCode.ROWS_HIDDEN);
    assertThat(check(asOnlooker, map).isFit()).isTrue();
  }

  @Test
  void codesAreNeverGivenTwice() {
    assertThat(EnumSet.allOf(FindingCode.class).stream().map(FindingCode::label))
        .doesNotHaveDuplicates();
    for (FindingCode code : FindingCode.values()) {
      char first = code.label().charAt(3);
      assertThat(first)
          .isEqualTo(
              switch (code.severity()) {
                case ERROR -> '1';
                case WARNING -> '2';
                case NOTE -> '3';
              });
    }
  }

  /// `-Dholdfast.write-docs=true` writes the page anew.
  @Test
  void theReferenceManualHasAllCodes() throws IOException {
    StringBuilder page = new StringBuilder("# Findings of `holdfast scope check`\n\n");
    page.append("Made from the program. Numbers are permanent. An error means that the map cannot");
    page.append(" be used with the database.\n\n");
    page.append("| code | name | severity | meaning |\n|---|---|---|---|\n");
    for (FindingCode code : FindingCode.values()) {
      page.append(
          "| %s | %s | %s | %s |\n"
              .formatted(
                  code.label(),
                  code.name(),
                  code.severity().name().toLowerCase(java.util.Locale.ROOT),
                  code.meaning()));
    }
    Path file = Path.of("..", "docs", "reference", "scope-findings.md");
    if (Boolean.getBoolean("holdfast.write-docs")) {
      java.nio.file.Files.writeString(file, page);
    }
    assertThat(java.nio.file.Files.readString(file)).isEqualTo(page.toString());
  }

  private static List<FindingCode> codes(CheckReport report) {
    assertThat(report.count(Severity.ERROR)).isPositive();
    return report.findings().stream().map(Finding::code).toList();
  }

  private static CheckReport check(ConnectionUrl url, ScopeMap map) {
    try (SqlConnection sql = SqlConnection.open(url, "test")) {
      return ScopeCheck.check(map, CatalogReader.read(sql), sql);
    }
  }

  private static ScopeMap discovered(ConnectionUrl url) {
    Catalog catalog = TestDatabases.catalog(url);
    return Discovery.discover(
            catalog, "account", new QualifiedName("public", "accounts"), Optional.empty())
        .map();
  }
}
