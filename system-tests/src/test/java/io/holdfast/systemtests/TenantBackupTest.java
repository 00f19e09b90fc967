package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/// A backup of one account of the example application has its rows and files, all of them, and
/// nothing of anybody else.
class TenantBackupTest {
  private static final long SEED = 20260122;
  private static final LegalAppSize SIZE = LegalAppSize.small(6);

  /// How rows belong to an account, said once more and in another way than the scope map.
  private static final Map<String, String> WHOSE = new LinkedHashMap<>();

  static {
    WHOSE.put("users", "id = 'ID'");
    for (String table :
        List.of(
            "account_members",
            "matters",
            "sessions",
            "audit_logs",
            "chat_messages",
            "documents",
            "billable_time",
            "conflict_checks",
            "export_jobs")) {
      WHOSE.put(table, "user_id = 'ID'");
    }
    String sessions = "session_id IN (SELECT id FROM sessions WHERE user_id = 'ID')";
    WHOSE.put("speakers", sessions);
    WHOSE.put("transcript_segments", sessions);
    WHOSE.put("timestamp_proofs", sessions);
    WHOSE.put(
        "redactions", "segment_id IN (SELECT id FROM transcript_segments WHERE " + sessions + ")");
  }

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void allRowsAndFilesOfAnAccountAreInItsBackupAndNothingOfOthers() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      Path assets = Files.createDirectory(scratch.resolve("assets"));
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
      UUID account = LegalApp.account(SEED, SIZE, 0);
      Program tenants = program.with("DATABASE_URL", source.url());

      Command.Ended made = tenants.expect(0, backup(account, "--store", "files=" + assets));
      assertThat(made.err()).doesNotContain("warning");
      Path files = extracted("first");
      assertRows(files, connection, account);
      assertThat(names(files.resolve("assets/audio"))).isNotEmpty();
      assertSameFiles(files, assets, connection, account);
      assertThat(files.resolve("large-objects/signatures")).isNotEmptyFile();
      assertNothingOfOthers(files, account);

      LegalApp.useOne(connection, SEED, 1, account);
      tenants.expect(0, backup(account, "--without", "audio", "--without", "documents"));
      Path later = extracted("later");
      assertRows(later, connection, account);
      assertThat(later.resolve("assets")).doesNotExist();

      Command.Ended nobody = tenants.run(backup(new UUID(0, 1)));
      assertThat(nobody.status()).isEqualTo(2);
      assertThat(nobody.err()).contains("public.users has no row whose id is");

      String domain = "account." + account;
      program.expect(0, "key", "shred", domain, "--confirm", domain);
      assertThat(reader("gone").status()).isNotZero();
      program.expect(0, "check");
    }
  }

  @Test
  void tablesThatAreLeftOutAreNeitherBackedUpNorRestored() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      UUID account = LegalApp.account(SEED, SIZE, 0);
      Program tenants = program.with("DATABASE_URL", source.url());
      String[] skip = {"--skip", "chatMessages", "--skip", "public.documents"};
      Command.Ended made = tenants.expect(0, backup(account, skip));
      assertThat(made.out()).contains("matters").doesNotContain("chatMessages", "documents");
      Path files = extracted("partial");
      assertThat(names(files.resolve("tables")))
          .contains("matters", "sessions")
          .doesNotContain("chatMessages", "documents");
      assertThat(names(files)).doesNotContain("assets", "large-objects");

      String whose = " WHERE user_id = '" + account + "'";
      source.execute("DELETE FROM chat_messages" + whose, "DELETE FROM billable_time" + whose);
      String documents = first(connection, "SELECT count(*)::text FROM documents" + whose);
      String[] which = {"--scope", "account", "--id", account.toString(), "--preset", "mirror"};
      Command.Ended shown =
          tenants.expect(
              0,
              Stream.concat(Stream.of("tenant", "preview"), Stream.of(which))
                  .toArray(String[]::new));
      assertThat(shown.all()).contains("public.chat_messages is not in the backup");
      String plan = shown.out().replaceAll("(?s).*plan ([0-9a-f]{32}).*", "$1");
      tenants.expect(
          0,
          Stream.of(Stream.of("tenant", "restore"), Stream.of(which), Stream.of("--plan", plan))
              .flatMap(words -> words)
              .toArray(String[]::new));
      assertThat(first(connection, "SELECT count(*)::text FROM billable_time" + whose))
          .isNotEqualTo("0");
      assertThat(first(connection, "SELECT count(*)::text FROM chat_messages" + whose))
          .isEqualTo("0");
      assertThat(first(connection, "SELECT count(*)::text FROM documents" + whose))
          .isEqualTo(documents)
          .isNotEqualTo("0");

      Command.Ended unknown = tenants.run(backup(account, "--skip", "nothing"));
      assertThat(unknown.status()).isEqualTo(2);
      assertThat(unknown.err()).contains("owns no table nothing");
      Command.Ended root = tenants.run(backup(account, "--skip", "users"));
      assertThat(root.status()).isEqualTo(2);
      assertThat(root.err()).contains("public.users is the root");
    }
  }

  private String[] backup(UUID account, String... further) throws IOException {
    Path map = scratch.resolve("account.scope.yaml");
    Files.writeString(map, LegalApp.scope("account"));
    return Stream.concat(
            Stream.of("tenant", "backup", "--scope", map.toString(), "--id", account.toString()),
            Stream.of(further))
        .toArray(String[]::new);
  }

  private Command.Ended reader(String place) throws IOException {
    return new StandAloneReader(scratch)
        .run(
            Map.of("BACKUP_ENCRYPTION_KEY", Program.KEY),
            "extract",
            scratch.resolve("repository").toString(),
            "latest",
            "--to",
            scratch.resolve(place).toString());
  }

  private Path extracted(String place) throws IOException {
    Command.Ended ended = reader(place);
    assertThat(ended.status()).as(ended.all()).isZero();
    return scratch.resolve(place).resolve("tenant");
  }

  private static void assertRows(Path files, Connection connection, UUID account) throws Exception {
    Set<String> seen = new HashSet<>();
    for (Map.Entry<String, String> table : WHOSE.entrySet()) {
      String export = camelCase(table.getKey());
      seen.add(export);
      String where = table.getValue().replace("ID", account.toString());
      assertThat(Files.readAllLines(files.resolve("tables").resolve(export)))
          .as(table.getKey())
          .containsExactlyInAnyOrderElementsOf(rows(connection, table.getKey(), where));
    }
    assertThat(names(files.resolve("tables"))).isEqualTo(seen);
  }

  /// As COPY sends them, without generated columns.
  private static List<String> rows(Connection connection, String table, String where)
      throws SQLException, IOException {
    String columns =
        first(
            connection,
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
                + " FROM information_schema.columns WHERE table_schema = 'public'"
                + " AND is_generated = 'NEVER' AND table_name = '"
                + table
                + "'");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    first(connection, "SELECT set_config('TimeZone', 'UTC', false)");
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut(
            "COPY (SELECT " + columns + " FROM " + table + " WHERE " + where + ") TO STDOUT", out);
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static String first(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static void assertSameFiles(Path files, Path assets, Connection connection, UUID account)
      throws Exception {
    String keys =
        first(
            connection,
            "SELECT string_agg(audio_key, E'\\n') FROM sessions WHERE user_id = '" + account + "'");
    List<String> audio = keys.lines().toList();
    assertThat(names(files.resolve("assets/audio")))
        .isEqualTo(audio.stream().map(key -> key.replace("/", "%2f")).collect(Collectors.toSet()));
    for (String key : audio) {
      assertThat(files.resolve("assets/audio").resolve(key.replace("/", "%2f")))
          .hasSameBinaryContentAs(assets.resolve(key));
    }
  }

  private static void assertNothingOfOthers(Path files, UUID account) throws IOException {
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < SIZE.accounts(); i++) {
          UUID other = LegalApp.account(SEED, SIZE, i);
          if (!other.equals(account)) {
            assertThat(text.contains(other.toString())).as(other + " in " + file).isFalse();
          }
        }
      }
    }
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static String camelCase(String table) {
    StringBuilder name = new StringBuilder();
    for (String word : table.split("_")) {
      name.append(
          name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }
}
