package io.holdfast.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.TestCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the catalog remembers of repositories.
class RepositoryLooksTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final String PLACE = "/srv/backups";

  private static TestCatalog catalog;

  private RepositoryLooks looks;

  @BeforeAll
  static void start() throws Exception {
    catalog = TestCatalog.start();
  }

  @AfterAll
  static void stop() throws Exception {
    catalog.close();
  }

  @BeforeEach
  void empty() {
    catalog.run("TRUNCATE repository_looks, storage_days, backups CASCADE");
    catalog.time(() -> NOON);
    looks = new RepositoryLooks(catalog.jdbc(), catalog.transactions());
  }

  private static void backUp(String id) {
    catalog.run(
        """
        INSERT INTO backups (id, repository, snapshot, source, kind, type, size, stored_bytes, checksum,
               status, created_at)
        VALUES ('%s', 'r1', '%s', 'main', 'physical', 'full', 100, 10, 'c', 'completed', catalog_now())
        """
            .formatted(id, id));
  }

  private RepositoryLooks.Look look() {
    return Optional.ofNullable(looks.all().get(PLACE)).orElseThrow();
  }

  @Test
  void whatWasSeenStaysKnownWhenItCannotBeSeen() {
    backUp("a");
    looks.seen(PLACE, "r1");
    Instant later = NOON.plus(Duration.ofHours(1));
    catalog.time(() -> later);
    looks.failed(
        PLACE, new BackupException(ErrorCode.STORE_UNAVAILABLE, "the disk\u0000 is gone", ""));
    assertThat(look().repository()).contains("r1");
    assertThat(look().lookedAt()).isEqualTo(later);
    assertThat(look().seenAt()).contains(NOON);
    assertThat(look().problem()).contains("HF-2002: the disk\ufffd is gone");
    assertThat(look().size()).isEqualTo(100);
    looks.seen(PLACE, "r1");
    assertThat(look().problem()).isEmpty();
    assertThat(look().seenAt()).contains(later);
  }

  @Test
  void whatWasNeverSeenHasNoIdAndOurMistakesTellNothing() {
    looks.failed(PLACE, new IllegalStateException("at /secret/path"));
    assertThat(look().repository()).isEmpty();
    assertThat(look().seenAt()).isEmpty();
    assertThat(look().problem().orElseThrow()).doesNotContain("secret");
  }

  @Test
  void eachDayKeepsItsLastLookForFourHundredDays() {
    backUp("a");
    looks.seen(PLACE, "r1");
    backUp("b");
    looks.seen(PLACE, "r1");
    catalog.time(() -> NOON.plus(Duration.ofDays(1)));
    backUp("c");
    looks.seen(PLACE, "r1");
    assertThat(days()).containsExactly("2026-03-01 2", "2026-03-02 3");
    catalog.time(() -> NOON.plus(Duration.ofDays(401)));
    looks.seen(PLACE, "r1");
    assertThat(days()).containsExactly("2026-03-02 3", "2027-04-06 3");
  }

  private static List<String> days() {
    return catalog
        .jdbc()
        .sql("SELECT day || ' ' || backups FROM storage_days ORDER BY day")
        .query((row, _) -> row.getString(1))
        .list();
  }
}
