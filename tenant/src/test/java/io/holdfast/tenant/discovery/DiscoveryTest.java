package io.holdfast.tenant.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.check.FindingCode;
import io.holdfast.tenant.check.ScopeCheck;
import io.holdfast.tenant.discovery.Discovery.Discovered;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.Exclusion;
import io.holdfast.tenant.scope.NestedScope;
import io.holdfast.tenant.scope.Owned;
import io.holdfast.tenant.scope.Referenced;
import io.holdfast.tenant.scope.Referenced.Missing;
import io.holdfast.tenant.scope.Root;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.scope.ScopeMap.TableClass;
import io.holdfast.tenant.scope.Shared;
import io.holdfast.tenant.scope.Via;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DiscoveryTest {
  private static final String[] OFFICE = {
    "CREATE TABLE country (id int PRIMARY KEY, iso2 text NOT NULL UNIQUE, spare text UNIQUE)",
    "CREATE TABLE accounts (id int PRIMARY KEY, country_id int REFERENCES country, parent_id int"
        + " CONSTRAINT accounts_parent REFERENCES accounts)",
    "CREATE TABLE users (id int PRIMARY KEY, account_id int NOT NULL REFERENCES accounts)",
    "CREATE TABLE matters (id int PRIMARY KEY, account_id int NOT NULL, opened_by int REFERENCES"
        + " users)",
    "CREATE TABLE sessions (id int PRIMARY KEY, matter_id int NOT NULL CONSTRAINT sessions_matter"
        + " REFERENCES matters, country_id int REFERENCES country, invoice_account int CONSTRAINT"
        + " sessions_invoice REFERENCES accounts)",
    "CREATE TABLE segments (id int PRIMARY KEY, session_id int NOT NULL CONSTRAINT segments_session"
        + " REFERENCES sessions, matter_id int CONSTRAINT segments_matter REFERENCES matters, next"
        + " int CONSTRAINT segments_next REFERENCES segments)",
    "CREATE TABLE files (id int PRIMARY KEY, matter_id int CONSTRAINT files_matter REFERENCES"
        + " matters, session_id int CONSTRAINT files_session REFERENCES sessions, content oid)",
    "CREATE TABLE region (id int PRIMARY KEY, country_id int REFERENCES country)",
    "CREATE TABLE notes (id int PRIMARY KEY, owner_type text, owner_id int)",
    "CREATE TABLE other_ids (id int PRIMARY KEY, account_id text)",
    "CREATE SCHEMA billing",
    "CREATE TABLE billing.sessions (id int PRIMARY KEY, account_id int)"
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
  void tablesBelowTheRootAreOwnedAndNeverThoseUpAndThenDown() {
    Catalog catalog = databases.catalog(OFFICE);
    Discovered discovered =
        Discovery.discover(catalog, "account", table("accounts"), Optional.empty());
    ScopeMap map = discovered.map();
    assertThat(map.root()).isEqualTo(new Root(table("accounts"), "id"));
    assertThat(map.tenantColumn()).contains("account_id");
    assertThat(vias(map))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                table("accounts"),
                new Via.OfRoot(),
                table("users"),
                new Via.OfColumn("account_id"),
                table("matters"),
                new Via.OfColumn("account_id"),
                new QualifiedName("billing", "sessions"),
                new Via.OfColumn("account_id"),
                table("sessions"),
                new Via.OfForeignKey("sessions_matter"),
                table("segments"),
                new Via.OfForeignKey("segments_session"),
                table("files"),
                new Via.OfForeignKey("files_matter")));
    assertThat(map.owned().keySet().iterator().next()).isEqualTo(table("accounts"));
    assertThat(map.referenced())
        .isEqualTo(Map.of(table("country"), new Referenced(List.of("iso2"), Missing.FAIL)));
    assertThat(map.excluded())
        .allMatch(Exclusion::isUndecided)
        .extracting(exclusion -> exclusion.pattern().text())
        .containsExactly("public.notes", "public.other_ids", "public.region");
    assertThat(discovered.remarks().get(table("notes"))).contains("polymorphic");
    assertThat(discovered.remarks().get(table("files"))).contains("files_session");
  }

  @Test
  void secondWaysGetAProposal() {
    ScopeMap map =
        Discovery.discover(
                databases.catalog(OFFICE), "account", table("accounts"), Optional.empty())
            .map();
    assertThat(shared(map, "accounts")).isEqualTo(Map.of("accounts_parent", Shared.REFERENCE));
    assertThat(shared(map, "sessions")).isEqualTo(Map.of("sessions_invoice", Shared.REFERENCE));
    assertThat(shared(map, "segments"))
        .isEqualTo(Map.of("segments_matter", Shared.REFERENCE, "segments_next", Shared.REFERENCE));
    // files_matter may be null: a file that only has a session would be lost.
    assertThat(shared(map, "files")).isEqualTo(Map.of("files_session", Shared.INCLUDE));
    assertThat(shared(map, "matters")).isEmpty();
    assertThat(map.owned(table("files")).orElseThrow().largeObjects()).containsExactly("content");
    assertThat(map.exportName(new QualifiedName("billing", "sessions")))
        .isNotEqualTo(map.exportName(table("sessions")));
  }

  @Test
  void checkRefusesOnlyWhatIsUndecided() {
    Catalog catalog = databases.catalog(OFFICE);
    ScopeMap map =
        Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map();
    assertThat(ScopeCheck.check(map, catalog).findings())
        .filteredOn(finding -> finding.code().severity() == FindingCode.Severity.ERROR)
        .extracting(finding -> finding.code())
        .containsOnly(FindingCode.EXCLUSION_UNDECIDED)
        .hasSize(3);
    ScopeMap decided = Maps.edited(map, "\"" + Exclusion.UNDECIDED + "\"", "\"of no interest\"");
    assertThat(ScopeCheck.check(decided, catalog).isFit()).isTrue();
  }

  @Test
  void theSameSchemaGivesTheSameMap() {
    Catalog catalog = databases.catalog(OFFICE);
    assertThat(Discovery.discover(catalog, "a", table("accounts"), Optional.empty()))
        .isEqualTo(Discovery.discover(catalog, "a", table("accounts"), Optional.empty()));
    ScopeMap other =
        Discovery.discover(catalog, "a", table("accounts"), Optional.of("invoice_account")).map();
    assertThat(vias(other))
        .containsEntry(table("sessions"), new Via.OfColumn("invoice_account"))
        .containsEntry(table("users"), new Via.OfColumn("account_id"))
        .containsEntry(table("matters"), new Via.OfForeignKey("matters_opened_by_fkey"));
  }

  @Test
  void aTableIsAlwaysOwnedByTheWayThatIsNeverAbsent() {
    ScopeMap map =
        Discovery.discover(
                databases.catalog(
                    "CREATE TABLE users (id int PRIMARY KEY)",
                    "CREATE TABLE a (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users)",
                    "CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL CONSTRAINT long_way"
                        + " REFERENCES a)",
                    "CREATE TABLE c (id int PRIMARY KEY, approved_by int REFERENCES users, b_id int"
                        + " NOT NULL CONSTRAINT longer_way REFERENCES b)"),
                "user",
                table("users"),
                Optional.empty())
            .map();
    assertThat(vias(map))
        .containsEntry(table("c"), new Via.OfForeignKey("longer_way"))
        .containsEntry(table("a"), new Via.OfColumn("user_id"));
    assertThat(shared(map, "c").values()).containsExactly(Shared.REFERENCE);
  }

  @Test
  void theRootIsFoundByItsUsualName() {
    Catalog catalog = databases.catalog(OFFICE);
    RootChoice choice = new RootChoice(catalog);
    assertThat(choice.usual()).isEqualTo(table("accounts"));
    assertThat(choice.named("matters")).isEqualTo(table("matters"));
    assertThat(choice.named("billing.sessions"))
        .isEqualTo(new QualifiedName("billing", "sessions"));
    assertUnclear("several tables have that name", () -> choice.named("sessions"));
    assertUnclear("there is no table 'nothing'", () -> choice.named("nothing"));
    assertUnclear("there is no table public.nothing", () -> discover(catalog, "public.nothing"));
    RootChoice without =
        new RootChoice(
            databases.catalog(
                "CREATE TABLE x (id int PRIMARY KEY)",
                "CREATE TABLE y (id int PRIMARY KEY, x int REFERENCES x)"));
    assertUnclear("most tables point to public.x", without::usual);
    assertUnclear(
        "has no key of one column",
        () -> discover(databases.catalog("CREATE TABLE x (a int, b int)"), "public.x"));
  }

  private static void discover(Catalog catalog, String root) {
    Discovery.discover(catalog, "a", QualifiedName.parse(root), Optional.empty());
  }

  private static void assertUnclear(
      String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.SCOPE_ROOT_UNCLEAR);
              assertThat(e.text()).contains(message);
            });
  }

  @Test
  void whatLiesAboveANestedRootBecomesReferenced() {
    Catalog catalog = databases.catalog(OFFICE);
    ScopeMap base =
        Maps.edited(
            Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map(),
            "\"" + Exclusion.UNDECIDED + "\"",
            "\"of no interest\"");
    ScopeMap matter = Nesting.resolve(nested("matter", "matters"), base, catalog);
    assertThat(vias(matter))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                table("matters"), new Via.OfRoot(),
                table("sessions"), new Via.OfColumn("matter_id"),
                table("segments"), new Via.OfForeignKey("segments_session"),
                table("files"), new Via.OfColumn("matter_id")));
    assertThat(matter.referenced().keySet())
        .containsExactly(table("accounts"), table("country"), table("users"));
    assertThat(matter.classesOf(new QualifiedName("billing", "sessions")))
        .containsExactly(TableClass.EXCLUDED);
    assertThat(shared(matter, "files")).isEqualTo(Map.of("files_session", Shared.INCLUDE));
    assertThat(matter.fingerprint()).isEqualTo(base.fingerprint());
    assertThat(ScopeCheck.check(matter, catalog).findings())
        .filteredOn(finding -> finding.code().severity() == FindingCode.Severity.ERROR)
        .isEmpty();

    ScopeMap session = Nesting.resolve(nested("session", "sessions"), base, catalog);
    assertThat(session.owned().keySet())
        .containsExactlyInAnyOrder(table("sessions"), table("segments"), table("files"));
    assertThat(session.referenced()).containsKey(table("matters"));
    assertThatThrownBy(() -> Nesting.resolve(nested("region", "region"), base, catalog))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("which scope account does not own");
  }

  @Test
  void whatNamesOfFilesLookLikeIsSaidByTheIdOfTheBase() {
    Catalog catalog = databases.catalog(OFFICE);
    ScopeMap base =
        Maps.edited(
            Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map(),
            "\nowned:",
            "\nassets: {papers: {table: public.files, key: id, store: s, keys: '{id}/**'}}\nowned:");
    assertThat(Nesting.resolve(nested("matter", "matters"), base, catalog).assets())
        .isEqualTo(Map.of("papers", new AssetGroup.FileGroup(table("files"), "id", "s")));
  }

  @Test
  void aNestedScopeCanDecideOtherwise() {
    Catalog catalog = databases.catalog(OFFICE);
    ScopeMap base =
        Discovery.discover(catalog, "account", table("accounts"), Optional.empty()).map();
    NestedScope nested =
        new NestedScope(
            "matter",
            "base",
            new Root(table("matters"), "id"),
            Map.of(
                table("notes"),
                Owned.by(
                    new Via.OfPolymorphic(
                        "owner_type", "owner_id", new TreeMap<>(Map.of("m", table("matters")))))),
            new TreeMap<>(Map.of(table("files"), new Referenced(List.of("id"), Missing.NULL))),
            List.of());
    ScopeMap map = Nesting.resolve(nested, base, catalog);
    assertThat(map.classesOf(table("notes"))).containsExactly(TableClass.OWNED);
    assertThat(map.classesOf(table("files"))).containsExactly(TableClass.REFERENCED);
    assertThat(map.referenced())
        .containsEntry(table("files"), new Referenced(List.of("id"), Missing.NULL));
  }

  private static NestedScope nested(String name, String root) {
    return new NestedScope(
        name, "base", new Root(table(root), "id"), Map.of(), new TreeMap<>(), List.of());
  }

  private static Map<QualifiedName, Via> vias(ScopeMap map) {
    Map<QualifiedName, Via> vias = new TreeMap<>();
    map.owned().forEach((table, owned) -> vias.put(table, owned.via()));
    return vias;
  }

  private static Map<String, Shared> shared(ScopeMap map, String table) {
    return map.owned(table(table)).orElseThrow().shared();
  }

  private static QualifiedName table(String name) {
    return new QualifiedName("public", name);
  }
}
