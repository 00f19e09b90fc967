package io.holdfast.examples.legal;

import static io.holdfast.examples.legal.Databases.count;
import static io.holdfast.examples.legal.Databases.digests;
import static io.holdfast.examples.legal.Databases.rows;
import static io.holdfast.examples.legal.Databases.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.postgres.sql.JdbcConnections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "{0}")
@MethodSource("servers")
@Timeout(120)
class LegalAppTest {
  private static final LegalAppSize SIZE = LegalAppSize.small(25);
  private static final AssetFiles NO_FILES = new AssetFiles.Nowhere();
  private static final Set<String> GLOBAL = Set.of("currencies", "jurisdictions");

  /// Digests of what the versions of PostgreSQL hold.
  private static final Set<Map<String, String>> OF_ALL_VERSIONS = new HashSet<>();

  private final Databases databases;

  LegalAppTest(Databases databases) {
    this.databases = databases;
  }

  /// JUnit closes each when its tests are done.
  static Stream<Databases> servers() {
    return Stream.of(13, 18).map(Databases::of);
  }

  private Connection loaded(long seed, LegalAppSize size) throws SQLException, IOException {
    Connection connection = databases.create();
    LegalApp.createSchema(connection);
    LegalApp.load(connection, seed, size, NO_FILES);
    return connection;
  }

  @Test
  void makesAsManyAccountsAsAskedAndRowsInEveryTable() throws Exception {
    try (Connection connection = databases.create()) {
      LegalApp.createSchema(connection);
      Map<String, Long> written = LegalApp.load(connection, 3, SIZE, NO_FILES);
      assertThat(written).containsEntry("users", 25L);
      for (String table : Databases.tables(connection)) {
        assertThat(count(connection, "SELECT count(*) FROM " + table))
            .as(table)
            .isEqualTo(written.get(table))
            .isPositive();
      }
      assertThat(value(connection, "SELECT email FROM users WHERE id = '" + account(3, 4) + "'"))
          .isEqualTo("account4@law.example");
    }
  }

  private static UUID account(long seed, int index) {
    return LegalApp.account(seed, SIZE, index);
  }

  @Test
  void theSameSeedGivesTheSameRowsAndAnotherSeedOthers() throws Exception {
    Map<String, String> first;
    try (Connection connection = loaded(7, SIZE)) {
      first = digests(connection);
    }
    try (Connection connection = loaded(7, SIZE)) {
      assertThat(digests(connection)).isEqualTo(first);
    }
    OF_ALL_VERSIONS.add(first);
    assertThat(OF_ALL_VERSIONS).as("rows do not depend on the server").hasSize(1);
    try (Connection connection = loaded(8, SIZE)) {
      Map<String, String> other = digests(connection);
      assertThat(other.keySet()).isEqualTo(first.keySet());
      first.forEach(
          (table, digest) -> {
            if (!GLOBAL.contains(table)) {
              assertThat(other).as(table).doesNotContainEntry(table, digest);
            }
          });
    }
  }

  @Test
  void aFewAccountsAreBigAndTheWeightMakesThemBigger() throws Exception {
    try (Connection connection = loaded(1, LegalAppSize.small(40))) {
      List<Long> segments =
          rows(
                  connection,
                  "SELECT count(t.id) FROM users u LEFT JOIN sessions s ON s.user_id = u.id"
                      + " LEFT JOIN transcript_segments t ON t.session_id = s.id GROUP BY u.id"
                      + " ORDER BY 1 DESC")
              .stream()
              .map(Long::valueOf)
              .toList();
      assertThat(segments).hasSize(40);
      assertThat(segments.get(1)).isGreaterThan(500);
      assertThat(segments.get(1)).isGreaterThan(3 * segments.get(2));
      assertThat(segments.get(20)).isLessThan(80);
    }
    String all = "SELECT count(*) FROM transcript_segments";
    try (Connection small = loaded(1, LegalAppSize.small(1));
        Connection heavier = loaded(1, new LegalAppSize(1, 2))) {
      assertThat(count(heavier, all)).isBetween(3 * count(small, all), 5 * count(small, all));
    }
  }

  @Test
  void whatNoConstraintKnowsHoldsToo() throws Exception {
    try (Connection connection = loaded(5, SIZE)) {
      for (String wrong :
          List.of(
              "documents d JOIN matters m ON m.id = d.matter_id WHERE m.user_id <> d.user_id",
              "documents d JOIN documents f ON f.id = d.folder_id WHERE f.kind <> 'folder'"
                  + " OR (f.user_id, f.matter_id) IS DISTINCT FROM (d.user_id, d.matter_id)",
              "chat_messages c JOIN sessions s ON s.id = c.session_id"
                  + " WHERE (s.user_id, s.matter_id) IS DISTINCT FROM (c.user_id, c.matter_id)",
              "chat_messages c JOIN chat_messages r ON r.id = c.reply_to WHERE"
                  + " (r.user_id, r.matter_id, r.session_id) IS DISTINCT FROM"
                  + " (c.user_id, c.matter_id, c.session_id) OR r.created_at >= c.created_at",
              "(SELECT user_id, unnest(cited_documents) AS id FROM chat_messages) c"
                  + " LEFT JOIN documents d USING (id, user_id) WHERE d.kind IS DISTINCT FROM 'file'",
              "billable_time b JOIN sessions s ON s.id = b.session_id"
                  + " WHERE s.matter_id IS DISTINCT FROM b.matter_id",
              "billable_time b LEFT JOIN account_members a USING (user_id, member_id)"
                  + " WHERE a.role IS NULL",
              "redactions r JOIN transcript_segments t ON t.id = r.segment_id"
                  + " WHERE upper(r.characters) > length(t.text)",
              "transcript_segments t JOIN speakers p ON p.id = t.speaker_id"
                  + " WHERE p.session_id <> t.session_id")) {
        assertThat(count(connection, "SELECT count(*) FROM " + wrong)).as(wrong).isZero();
      }
      for (String there :
          List.of(
              "chat_messages WHERE reply_to IS NOT NULL AND session_id IS NOT NULL",
              "chat_messages WHERE cardinality(cited_documents) = 2",
              "sessions WHERE matter_id IS NULL",
              "documents WHERE signature_oid IS NOT NULL AND matter_id IS NULL",
              "transcript_segments WHERE text LIKE E'%\\n%'",
              "transcript_segments WHERE text LIKE '%👩‍⚖️%'",
              "matters WHERE '' = ANY (tags) AND 'back\\slash' = ANY (tags)")) {
        assertThat(count(connection, "SELECT count(*) FROM " + there)).as(there).isPositive();
      }
    }
  }

  @Test
  void filesAndScansAreThoseThatRowsName(@TempDir Path directory) throws Exception {
    try (Connection connection = databases.create()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, 5, SIZE, new AssetFiles.In(directory));
      List<String> named =
          rows(
              connection,
              "SELECT audio_key, audio_bytes, encode(audio_sha256, 'hex') FROM sessions"
                  + " WHERE audio_key IS NOT NULL UNION ALL"
                  + " SELECT storage_key, byte_size, encode(sha256, 'hex') FROM documents"
                  + " WHERE kind = 'file'");
      Set<String> found;
      try (Stream<Path> files = Files.walk(directory)) {
        found = files.filter(Files::isRegularFile).map(f -> line(directory, f)).collect(set());
      }
      assertThat(found).hasSizeGreaterThan(100).containsExactlyInAnyOrderElementsOf(named);
      assertThat(rows(connection, "SELECT oid FROM pg_largeobject_metadata ORDER BY 1"))
          .hasSizeGreaterThan(20)
          .isEqualTo(
              rows(
                  connection,
                  "SELECT signature_oid FROM documents WHERE signature_oid IS NOT NULL ORDER BY 1"));
      assertThat(
              count(
                  connection,
                  "SELECT count(*) FROM pg_largeobject_metadata WHERE length(lo_get(oid)) > 2048"))
          .isPositive();
    }
  }

  private static <T> Collector<T, ?, Set<T>> set() {
    return Collectors.toSet();
  }

  private static String line(Path directory, Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      return directory.relativize(file)
          + "|"
          + content.length
          + "|"
          + HexFormat.of().formatHex(Generation.sha256(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theApplicationSeesTheRowsOfOneAccountOnly() throws Exception {
    try (Connection owner = loaded(2, SIZE)) {
      rows(owner, "DROP ROLE IF EXISTS web");
      rows(owner, "CREATE ROLE web LOGIN IN ROLE legal_app");
      String database = value(owner, "SELECT current_database()");
      UUID mine = account(2, 0);
      List<String> secured =
          rows(owner, "SELECT oid::regclass FROM pg_class WHERE relrowsecurity ORDER BY 1");
      assertThat(secured).hasSize(14);
      try (Connection web =
          JdbcConnections.open(
              databases.server().tcpUrl("web", "").withDatabase(database), "test")) {
        for (String table : secured) {
          assertThat(count(web, "SELECT count(*) FROM " + table)).as(table).isZero();
        }
        rows(web, "SET app.user_id = '" + mine + "'");
        for (String table : secured) {
          assertThat(count(web, "SELECT count(*) FROM " + table))
              .as(table)
              .isEqualTo(
                  count(owner, "SELECT count(*) FROM " + table + " t WHERE " + of(table, mine)))
              .isPositive();
        }
        assertThat(count(web, "SELECT count(*) FROM currencies")).isPositive();
        assertThatThrownBy(
                () ->
                    rows(
                        web,
                        "INSERT INTO export_jobs (user_id, format, status) VALUES ('"
                            + account(2, 1)
                            + "', 'pdf', 'pending')"))
            .hasMessageContaining("row-level security");
      }
    }
  }

  /// True for those rows `t` that are this account's.
  static String of(String table, UUID account) {
    String session = "(SELECT id FROM sessions WHERE user_id = '" + account + "')";
    return switch (table) {
      case "users" -> "t.id = '" + account + "'";
      case "speakers", "transcript_segments", "timestamp_proofs" -> "t.session_id IN " + session;
      case "redactions" ->
          "t.segment_id IN (SELECT id FROM transcript_segments WHERE session_id IN "
              + session
              + ")";
      default -> "t.user_id = '" + account + "'";
    };
  }

  @Test
  void rowsAreNotAddedToOthers() throws Exception {
    try (Connection connection = loaded(2, LegalAppSize.small(1))) {
      Map<String, String> before = digests(connection);
      assertThatThrownBy(() -> LegalApp.load(connection, 9, LegalAppSize.small(1), NO_FILES))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("empty database");
      assertThat(digests(connection)).isEqualTo(before);
    }
  }

  @Test
  void anUpdateThatSaysNothingOfItsTimeIsMadeNow() throws Exception {
    try (Connection connection = loaded(2, LegalAppSize.small(1))) {
      rows(connection, "UPDATE users SET full_name = 'x'");
      assertThat(value(connection, "SELECT updated_at > now() - interval '1 minute' FROM users"))
          .isEqualTo("t");
      rows(connection, "UPDATE users SET updated_at = '2026-02-03 04:05:06Z'");
      assertThat(value(connection, "SELECT updated_at = '2026-02-03 04:05:06Z' FROM users"))
          .isEqualTo("t");
    }
  }
}
