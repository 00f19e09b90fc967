package io.holdfast.engine.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.Digest;
import io.holdfast.repository.SessionId;
import io.holdfast.repository.SnapshotId;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionPolicyTest {
  private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");

  @TempDir private Path directory = Path.of("");
  private final List<StoredSnapshot> backups = new ArrayList<>();

  @Test
  void theNewestOnesAreKept() {
    for (int day = 1; day <= 9; day++) {
      add("d" + day, "2026-03-0" + day + "T03:00:00Z");
    }
    assertThat(kept(policy(Map.of(Keep.LAST, 3)))).containsExactly("d7", "d8", "d9");
  }

  @Test
  void aPeriodIsKeptByItsNewestBackupAndEmptyPeriodsTakeNoPlace() {
    add("jan-1", "2026-01-01T03:00:00Z");
    add("jan-31", "2026-01-31T03:00:00Z");
    add("mar-30-early", "2026-03-30T03:00:00Z");
    add("mar-30-late", "2026-03-30T23:59:59Z");
    add("mar-31", "2026-03-31T00:00:00Z");

    assertThat(kept(policy(Map.of(Keep.DAILY, 3))))
        .containsExactly("jan-31", "mar-30-late", "mar-31");
    assertThat(kept(policy(Map.of(Keep.MONTHLY, 5)))).containsExactly("jan-31", "mar-31");
    assertThat(kept(policy(Map.of(Keep.YEARLY, 5)))).containsExactly("mar-31");
    assertThat(kept(policy(Map.of(Keep.HOURLY, 2)))).containsExactly("mar-30-late", "mar-31");
  }

  @Test
  void weeksBeginOnMondayAndAreOfNoYear() {
    add("monday", "2025-12-29T00:00:00Z");
    add("thursday", "2026-01-01T00:00:00Z");
    add("sunday", "2026-01-04T23:00:00Z");
    add("next", "2026-01-05T00:00:00Z");
    assertThat(kept(policy(Map.of(Keep.WEEKLY, 5)))).containsExactly("next", "sunday");
  }

  @Test
  void kindsOfPlacesAddUpAndTheReasonsAreSaid() {
    add("a", "2026-02-10T03:00:00Z");
    add("b", "2026-03-29T03:00:00Z");
    add("c", "2026-03-30T03:00:00Z");
    RetentionPolicy policy =
        new RetentionPolicy(Map.of(Keep.LAST, 1, Keep.MONTHLY, 2), Duration.ofDays(2));
    assertThat(policy.judge(candidates(), NOW))
        .extracting(verdict -> verdict.reasons().stream().map(Reason::text).toList())
        .containsExactly(
            List.of("keep-monthly 2026-02"),
            List.of("no rule keeps it"),
            List.of("newest", "keep-within", "keep-last", "keep-monthly 2026-03"));
  }

  @Test
  void everySourceIsJudgedByItself() {
    add("a1", "2026-03-01T03:00:00Z", "a", 0);
    add("b1", "2026-03-02T03:00:00Z", "b", 0);
    add("a2", "2026-03-03T03:00:00Z", "a", 0);
    assertThat(kept(policy(Map.of(Keep.LAST, 1)))).containsExactly("a2", "b1");
  }

  /// A source may be a cluster and files beside it: newer files are no cluster.
  @Test
  void backupsOfFilesTakeNoPlaceOfACluster() {
    add("cluster", "2026-03-01T03:00:00Z");
    add("files-1", "2026-03-02T03:00:00Z", "main", "files", 0);
    add("files-2", "2026-03-03T03:00:00Z", "main", "files", 0);
    assertThat(kept(policy(Map.of(Keep.LAST, 1)))).containsExactly("cluster", "files-2");
    assertThat(kept(new RetentionPolicy(Map.of(), Duration.ofHours(1))))
        .containsExactly("cluster", "files-2");
  }

  @Test
  void damagedBackupsTakeNoPlaceAndStayWhileNoNewerIsGood() {
    add("damaged-old", "2026-03-01T03:00:00Z", "a", 4);
    add("good", "2026-03-02T03:00:00Z", "a", 0);
    add("good-newest", "2026-03-03T03:00:00Z", "a", 0);
    add("damaged-1", "2026-03-04T03:00:00Z", "a", 4);
    add("damaged-2", "2026-03-05T03:00:00Z", "a", 4);
    assertThat(kept(policy(Map.of(Keep.LAST, 1))))
        .containsExactly("damaged-1", "damaged-2", "good-newest");
  }

  @Test
  void theNewestIsKeptHoweverOldItIs() {
    add("old", "2020-03-01T03:00:00Z");
    assertThat(kept(new RetentionPolicy(Map.of(), Duration.ofHours(1)))).containsExactly("old");
  }

  @Test
  void aPolicyThatKeepsNothingIsRefused() {
    assertThatThrownBy(() -> policy(Map.of(Keep.LAST, 0)))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
    assertThatThrownBy(() -> policy(Map.of(Keep.LAST, -1))).isInstanceOf(BackupException.class);
  }

  @Test
  void aFileSaysTheSameAsOptions() throws Exception {
    Path file = directory.resolve("policy.yaml");
    Files.writeString(file, "keep-last: 3\nkeep-daily: 14\nkeep-within: 36h\n");
    assertThat(RetentionFile.read(file))
        .isEqualTo(new RetentionPolicy(Map.of(Keep.LAST, 3, Keep.DAILY, 14), Duration.ofHours(36)));
  }

  @Test
  void whatIsNotUnderstoodInAFileIsRefused() throws Exception {
    Path file = directory.resolve("policy.yaml");
    for (String text :
        List.of(
            "",
            "keep-lsat: 3",
            "keep-last: three",
            "keep-last: -1",
            "keep-last: 1\nkeep-last: 2",
            "- 1",
            "keep-last: {a: {b: {c: 1}}}")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> RetentionFile.read(file))
          .as(text)
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION));
    }
    Files.writeString(file, "keep-within: soon");
    assertThatThrownBy(() -> RetentionFile.read(file)).isInstanceOf(BackupException.class);
  }

  private static RetentionPolicy policy(Map<Keep, Integer> places) {
    return new RetentionPolicy(places, Duration.ZERO);
  }

  private SortedSet<String> kept(RetentionPolicy policy) {
    SortedSet<String> names = new TreeSet<>();
    for (Verdict verdict : policy.judge(candidates(), NOW)) {
      if (verdict.isKept()) {
        names.add(verdict.backup().name());
      }
    }
    return names;
  }

  @Test
  void backupsOfDifferentThingsDoNotStandInForEachOther() {
    addOf("ann-1", "2026-03-01T03:00:00Z", "tenant", Map.of("scope", "account", "scopeId", "1"));
    addOf("ann-2", "2026-03-02T03:00:00Z", "tenant", Map.of("scope", "account", "scopeId", "1"));
    addOf("bob", "2026-03-01T04:00:00Z", "tenant", Map.of("scope", "account", "scopeId", "2"));
    addOf(
        "without logs",
        "2026-03-03T03:00:00Z",
        "tenant",
        Map.of("scope", "account", "scopeId", "1", "skipped.0", "public.logs"));
    addOf(
        "without audio",
        "2026-03-04T03:00:00Z",
        "tenant",
        Map.of("scope", "account", "scopeId", "1", "without.0", "audio"));
    addOf("letters", "2026-03-01T05:00:00Z", "files", Map.of("path.0", "/srv/letters"));
    addOf("photos", "2026-03-01T06:00:00Z", "files", Map.of("path.0", "/srv/photos"));
    addOf("erp", "2026-03-01T07:00:00Z", "dump", Map.of("database.0", "erp"));
    addOf("shop", "2026-03-01T08:00:00Z", "dump", Map.of("database.0", "shop"));
    addOf(
        "no rows",
        "2026-03-01T09:00:00Z",
        "dump",
        Map.of("database.0", "erp", "content", "schema"));
    assertThat(kept(policy(Map.of(Keep.LAST, 1))))
        .containsExactlyInAnyOrder(
            "ann-2",
            "without logs",
            "without audio",
            "bob",
            "letters",
            "photos",
            "erp",
            "shop",
            "no rows");
  }

  private List<Candidate> candidates() {
    return backups.stream().map(Candidate::of).toList();
  }

  private void add(String name, String started) {
    add(name, started, "main", 0);
  }

  private void add(String name, String started, String source, int pageErrors) {
    add(name, started, source, "physical", pageErrors);
  }

  private void add(String name, String started, String source, String kind, int pageErrors) {
    add(name, started, source, kind, Map.of("pageErrors", Integer.toString(pageErrors)));
  }

  private void addOf(String name, String started, String kind, Map<String, String> attributes) {
    add(name, started, "main", kind, attributes);
  }

  private void add(
      String name, String started, String source, String kind, Map<String, String> attributes) {
    Instant time = Instant.parse(started);
    SnapshotRecord record =
        new SnapshotRecord(
            name,
            source,
            kind,
            kind,
            Optional.empty(),
            time,
            time.plusSeconds(60),
            1,
            1,
            1,
            new TreeMap<>(attributes),
            new TreeMap<>());
    SessionId session = new SessionId(String.format(Locale.ROOT, "%032x", backups.size()));
    backups.add(
        new StoredSnapshot(
            new SnapshotId(session, 1), record, Digest.wrap(new byte[Digest.BYTES])));
  }
}
