package io.holdfast.server.rescue;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.TestCatalog;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// No table of the catalog is forgotten.
class SavedTablesTest {
  /// What is saved with the next change of something else: it changes at every slot or backup.
  private static final Set<String> SAVED_ALONG =
      Set.of("account_schedules", "last_successes", "storage_days", "backups");

  private static TestCatalog catalog;

  @BeforeAll
  static void start() throws Exception {
    catalog = TestCatalog.start();
  }

  @AfterAll
  static void stop() throws Exception {
    catalog.close();
  }

  private static Collection<String> saved() {
    return SavedTables.SAVED.stream().map(SavedTables.Saved::table).toList();
  }

  private static List<String> texts(String query) {
    return catalog.jdbc().sql(query).query((row, _) -> row.getString(1)).list();
  }

  @Test
  void everyTableIsSavedOrSaidToBeMadeAnew() {
    Set<String> known = new HashSet<>(saved());
    known.addAll(SavedTables.REMADE);
    known.add("test_clock");
    assertThat(texts("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        .containsExactlyInAnyOrderElementsOf(known);
    assertThat(saved()).doesNotContainAnyElementsOf(SavedTables.REMADE);
  }

  @Test
  void everyChangeOfASavedTableIsNoticed() {
    Set<String> noticed = new HashSet<>(saved());
    noticed.removeAll(SAVED_ALONG);
    assertThat(
            texts(
                "SELECT tgrelid::regclass::text FROM pg_trigger"
                    + " WHERE tgname = 'definition_changed' AND tgenabled = 'O'"))
        .containsExactlyInAnyOrderElementsOf(noticed);
  }

  @Test
  void aRowFindsWhatItRefersTo() {
    List<String> order = List.copyOf(saved());
    List<String> pairs =
        texts(
            "SELECT conrelid::regclass || ' ' || confrelid::regclass FROM pg_constraint"
                + " WHERE contype = 'f'");
    assertThat(pairs).isNotEmpty();
    for (String pair : pairs) {
      String[] names = pair.split(" ");
      if (order.contains(names[0])) {
        assertThat(order.indexOf(names[1])).as(pair).isBetween(0, order.indexOf(names[0]) - 1);
      }
    }
  }
}
