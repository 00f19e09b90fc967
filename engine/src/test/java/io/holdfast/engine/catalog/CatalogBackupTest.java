package io.holdfast.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.engine.Backups;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.maintenance.Forget;
import io.holdfast.engine.retention.Keep;
import io.holdfast.engine.retention.RetentionPolicy;
import io.holdfast.repository.Repository;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CatalogBackupTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  private final SettableClock clock = new SettableClock(START);
  private final EngineContext context =
      new EngineContext(
          clock, Entropy.secure(), Pause.real(), Progress.NONE, new Cancellation(), Map.of());

  @Test
  void whatIsSavedIsReadBackByteForByte() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      CatalogBackup catalogs = catalogs(repository);
      SavedCatalog first = save(catalogs, "one", Map.of("users", "a\n", "audit", ""));
      clock.advance(Duration.ofMinutes(1));
      SavedCatalog second = save(catalogs, "one", Map.of("users", "a\nb\n", "audit", "1\n"));

      assertThat(parts(catalogs, first.id())).isEqualTo(Map.of("users", "a\n", "audit", ""));
      assertThat(parts(catalogs, second.name()))
          .isEqualTo(Map.of("users", "a\nb\n", "audit", "1\n"));
      assertThat(catalogs.list()).containsExactly(first, second);
      assertThat(second.facts()).isEqualTo(Map.of("tables", "9"));
      assertThat(second.lineage()).isEqualTo("one");
    }
  }

  @Test
  void aCatalogWhoseWritingFailsIsNotThere() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      CatalogBackup catalogs = catalogs(repository);
      assertThatThrownBy(
              () ->
                  catalogs.save(
                      "one",
                      Map.of(),
                      parts -> {
                        put(parts, "users", "a\n");
                        throw new IOException("the database is gone");
                      }))
          .isInstanceOf(BackupException.class);
      assertThat(catalogs.list()).isEmpty();
    }
  }

  @Test
  void theNewestAndTheLastOfEachDayStayAndNoOtherServersGo() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      CatalogBackup catalogs = catalogs(repository);
      SavedCatalog other = save(catalogs, "other", Map.of("users", "x\n"));
      int days = 4;
      for (int save = 0; save < days * 24; save++) {
        var _ = save(catalogs, "one", Map.of("users", "u" + save + "\n"));
        clock.advance(Duration.ofHours(1));
      }
      List<SavedCatalog> gone = catalogs.thin("one");

      List<SavedCatalog> left = catalogs.list();
      assertThat(left).contains(other).doesNotContainAnyElementsOf(gone);
      List<Instant> kept =
          left.stream()
              .filter(it -> it.lineage().equals("one"))
              .map(SavedCatalog::savedAt)
              .toList();
      // 20 of the last day, and one of each of the three days before.
      assertThat(kept).hasSize(CatalogBackup.NEWEST_KEPT + 3);
      assertThat(kept).contains(START.plus(Duration.ofHours(23)), START.plus(Duration.ofHours(47)));
      assertThat(catalogs.thin("one")).isEmpty();
      assertThat(parts(catalogs, left.getLast().id())).isEqualTo(Map.of("users", "u95\n"));

      clock.advance(CatalogBackup.DAYS_KEPT.plusDays(10));
      assertThat(catalogs.thin("one")).hasSize(3);
    }
  }

  @Test
  void neitherListsNorPoliciesOfBackupsCountThem() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      CatalogBackup catalogs = catalogs(repository);
      var _ = save(catalogs, "one", Map.of("users", "a\n"));
      clock.advance(Duration.ofDays(400));
      SavedCatalog newest = save(catalogs, "one", Map.of("users", "b\n"));
      OpenRepository open = new OpenRepository(repository, "memory");

      assertThat(new Backups(open).list(Optional.empty()).backups()).isEmpty();
      assertThat(new Backups(open).list(Optional.of(CatalogBackup.SOURCE)).backups()).hasSize(2);
      RetentionPolicy one = new RetentionPolicy(Map.of(Keep.LAST, 1), Duration.ZERO);
      assertThat(new Forget(open).plan(one, Optional.empty(), clock.instant())).isEmpty();
      assertThat(new Forget(open).plan(one, Optional.of(CatalogBackup.SOURCE), clock.instant()))
          .filteredOn(Forget.Judged::isKept)
          .extracting(Forget.Judged::name)
          .containsExactly(newest.name());
    }
  }

  @Test
  void whatIsNoCatalogIsNotRead() throws IOException {
    try (Repository repository = Repositories.init(new MemoryBlobStore(), 1)) {
      assertThatThrownBy(
              () -> catalogs(repository).read("../users", UnaryOperator.identity(), (_, _) -> {}))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
      assertThatThrownBy(
              () -> catalogs(repository).save("one", Map.of(), parts -> put(parts, "../u", "")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private CatalogBackup catalogs(Repository repository) {
    return new CatalogBackup(context, new OpenRepository(repository, "memory"));
  }

  private static SavedCatalog save(
      CatalogBackup catalogs, String lineage, Map<String, String> content) {
    return catalogs.save(
        lineage,
        Map.of("tables", "9"),
        parts -> {
          for (Map.Entry<String, String> part : content.entrySet()) {
            put(parts, part.getKey(), part.getValue());
          }
        });
  }

  private static void put(CatalogBackup.Parts parts, String name, String text) throws IOException {
    try (OutputStream out = parts.begin(name)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static SortedMap<String, String> parts(CatalogBackup catalogs, String id) {
    SortedMap<String, String> parts = new TreeMap<>();
    catalogs.read(
        id,
        List::reversed,
        (name, in) -> parts.put(name, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    return parts;
  }
}
