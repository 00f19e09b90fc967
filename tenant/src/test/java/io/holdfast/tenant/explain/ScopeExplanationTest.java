package io.holdfast.tenant.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.tenant.catalog.Catalog;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.discovery.Discovery;
import io.holdfast.tenant.scope.ScopeMap;
import io.holdfast.tenant.testing.Maps;
import io.holdfast.tenant.testing.TestDatabases;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScopeExplanationTest {
  @Test
  void theTreeShowsHowEachTableIsOwned() throws Exception {
    try (TestDatabases databases = TestDatabases.start(15)) {
      Catalog catalog =
          databases.catalog(
              "CREATE TABLE country (id int PRIMARY KEY, iso2 text NOT NULL UNIQUE)",
              "CREATE TABLE accounts (id int PRIMARY KEY, country int REFERENCES country)",
              "CREATE TABLE matters (id int PRIMARY KEY, account_id int NOT NULL REFERENCES"
                  + " accounts)",
              "CREATE TABLE folders (id int PRIMARY KEY, matter_id int CONSTRAINT folders_matter"
                  + " REFERENCES matters, parent_id int CONSTRAINT folders_parent REFERENCES"
                  + " folders)",
              "CREATE TABLE logs (id int)",
              "INSERT INTO accounts SELECT i FROM generate_series(1, 50) i",
              "ANALYZE accounts, matters");
      ScopeMap map =
          Maps.edited(
              Discovery.discover(
                      catalog, "account", new QualifiedName("public", "accounts"), Optional.empty())
                  .map(),
              "\"not reachable from the root: decide\"",
              "\"only for operators\"");

      ScopeExplanation explanation = ScopeExplanation.of(map, catalog);

      List<String> tree = ExplanationText.tree(explanation);
      assertThat(tree)
          .startsWith(
              "scope account: the rows that belong to one row of public.accounts, named by id",
              "  public.accounts  the root  (~50 rows, 8.0 KiB in all)",
              "    public.matters  by column account_id  (~0 rows, 0 B in all)",
              "      public.folders  by foreign key folders_matter, also by folders_parent  (not"
                  + " counted, 0 B in all)")
          .contains(
              "referenced: public.country, found by iso2, missing: fail",
              "excluded: public.logs, only for operators");
      assertThat(ExplanationText.sql(explanation))
          .contains("WHERE t.\"account_id\" = $1;")
          .anyMatch(line -> line.contains("WITH RECURSIVE"));
      assertThat(explanation.toMap()).containsEntry("root", "public.accounts");
      assertThat((List<?>) explanation.toMap().get("owned")).hasSize(3);
      assertThat(explanation.toMap().get("restoreOrder"))
          .isEqualTo(
              List.of(
                  List.of("public.accounts"),
                  List.of("public.matters"),
                  List.of("public.folders")));
      assertThat(explanation.toMap().get("excluded"))
          .isEqualTo(Map.of("public.logs", "only for operators"));
    }
  }
}
