package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.Eventually;
import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Accounts of a host application back up, restore and take away what is theirs, and nothing else.
class AccountBackupsTest {
  private static final UUID ADA = HostApplication.account(1);
  private static final UUID BOB = HostApplication.account(2);

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    HostApplication.install(postgres, directory);
    server = RunningServer.start(postgres, directory);
    server.signIn();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  @BeforeEach
  void nobodyHasWorkWaiting() {
    Eventually.await(
        "no run of an account is open",
        () ->
            catalog("SELECT count(*) FROM runs WHERE account IS NOT NULL AND ended_at IS NULL")
                .equals("0"));
  }

  @Test
  void anAccountBacksUpLosesRowsAndHasThemBackAndTakesThatBack() throws Exception {
    String backup = backUp(ADA, Map.of()).get("id").asString();
    String before = state(ADA);
    postgres.sql("DELETE FROM sessions WHERE user_id = '" + ADA + "'");
    String damaged = state(ADA);
    assertThat(damaged).isNotEqualTo(before);

    JsonNode plan = post(ADA, "/api/backups/" + backup + "/preview", Map.of()).json();
    assertThat(plan.get("inserts").asLong()).as(plan.toString()).isPositive();
    assertThat(state(ADA)).isEqualTo(damaged);
    RunningServer.Answer restored =
        post(ADA, "/api/backups/" + backup, Map.of("planDigest", plan.get("plan").asString()));
    assertThat(restored.status()).as(restored.toString()).isEqualTo(200);
    assertThat(restored.json().get("outcome").asString()).isEqualTo("done");
    assertThat(restored.json().has("target")).isFalse();
    assertThat(state(ADA)).isEqualTo(before);
    JsonNode shown = get(ADA, "/api/backups/" + backup).json();
    assertThat(shown.get("restoreCount").asInt()).isEqualTo(1);
    assertThat(shown.get("lastRestoredAt").isNull()).isFalse();

    RunningServer.Answer stale =
        post(ADA, "/api/backups/" + backup, Map.of("planDigest", plan.get("plan").asString()));
    assertThat(stale.status()).as(stale.toString()).isEqualTo(409);

    JsonNode safety = get(ADA, "/api/backups?type=safety").json().get("data").get(0);
    assertThat(restored.json().get("safetyBackup").asString())
        .isEqualTo(safety.get("id").asString());
    assertThat(get(BOB, "/api/backups/" + safety.get("id").asString()).status()).isEqualTo(404);
    RunningServer.Answer undone =
        post(ADA, "/api/backups/" + safety.get("id").asString() + "/undo", Map.of());
    assertThat(undone.status()).as(undone.toString()).isEqualTo(200);
    assertThat(state(ADA)).isEqualTo(damaged);
    RunningServer.Answer again = post(ADA, "/api/backups/" + backup, Map.of());
    assertThat(again.status()).as(again.toString()).isEqualTo(200);
    assertThat(state(ADA)).isEqualTo(before);
  }

  @Test
  void aBackupShowsWhatTheSeedsShow() throws Exception {
    JsonNode backup = backUp(ADA, Map.of("includeAudioFiles", true, "encrypt", false));

    assertThat(backup.get("type").asString()).isEqualTo("full");
    assertThat(backup.get("scope").asString()).isEqualTo("full");
    assertThat(backup.get("size").asLong()).isPositive();
    assertThat(backup.get("checksum").asString()).hasSize(64);
    assertThat(backup.get("path").asString()).contains("#");
    assertThat(backup.get("includesAudio").asBoolean()).isTrue();
    assertThat(backup.get("encryptedWith").isNull()).isTrue();
    assertThat(backup.get("status").asString()).isEqualTo("completed");
    assertThat(get(ADA, "/api/backups?limit=1").json().get("total").asLong()).isPositive();
    assertThat(
            get(ADA, "/api/backups/" + backup.get("id").asString() + "?action=verify")
                .json()
                .get("valid")
                .asBoolean())
        .isTrue();
    assertThat(
            get(ADA, "/api/backups/" + backup.get("id").asString())
                .json()
                .get("verifiedAt")
                .isNull())
        .isFalse();
  }

  @Test
  void theLogOfABackupTellsWhatWasDoneWithIt() throws Exception {
    String backup = backUp(ADA, Map.of()).get("id").asString();
    String log = "/api/backups/" + backup + "/log";
    JsonNode made = get(ADA, log).json();
    assertThat(made.get("total").asLong()).isPositive();
    assertThat(made.get("data").get(0).get("kind").asString()).isEqualTo("tenant");
    assertThat(made.get("data").get(0).get("text").asString()).contains(backup, "rows");

    assertThat(post(ADA, "/api/backups/" + backup + "/verify", Map.of()).status()).isEqualTo(200);
    postgres.sql("DELETE FROM sessions WHERE user_id = '" + ADA + "'");
    RunningServer.Answer restored = post(ADA, "/api/backups/" + backup, Map.of());
    assertThat(restored.status()).as(restored.toString()).isEqualTo(200);
    JsonNode all = get(ADA, log + "?limit=200").json();
    assertThat(all.get("data").findValuesAsString("kind"))
        .containsSubsequence("tenant", "tenant-verify", "tenant-restore");
    assertThat(all.get("data").toString()).contains("restored: ");
    JsonNode last = get(ADA, log + "?limit=1&offset=" + (all.get("total").asInt() - 1)).json();
    assertThat(last.get("data").size()).isEqualTo(1);
    assertThat(last.get("data").get(0)).isEqualTo(all.get("data").get(all.get("data").size() - 1));
    String safety = restored.json().get("safetyBackup").asString();
    assertThat(get(ADA, "/api/backups/" + safety + "/log").json().get("total").asLong())
        .as("by the restore that made it")
        .isPositive();

    catalogDo("DELETE FROM run_log");
    assertThat(get(ADA, log).json().get("total").asLong()).isZero();
    assertThat(get(ADA, log + "?limit=0").status()).isEqualTo(400);
  }

  @Test
  void nobodyReachesTheBackupOfAnotherAccount() throws Exception {
    String backup = backUp(ADA, Map.of()).get("id").asString();
    String operation =
        catalog("SELECT id FROM runs WHERE account IS NOT NULL ORDER BY created_at DESC LIMIT 1");
    String before = state(ADA);
    String path = "/api/backups/" + backup;

    assertThat(get(BOB, "/api/backups").json().get("data").findValuesAsString("id"))
        .doesNotContain(backup);
    for (RunningServer.Answer answer :
        List.of(
            get(BOB, path),
            get(BOB, path + "?action=verify"),
            get(BOB, path + "/log"),
            get(BOB, path + "/shares"),
            post(BOB, path + "/share", Map.of("account", BOB.toString())),
            as(BOB, "DELETE", path + "/shares/" + UUID.randomUUID()),
            post(BOB, path, Map.of()),
            post(BOB, path + "/preview", Map.of()),
            post(BOB, path + "/verify", Map.of()),
            post(BOB, path + "/undo", Map.of()),
            post(BOB, path + "/download", Map.of("passphrase", "long enough for this")),
            as(BOB, "DELETE", path),
            get(BOB, "/api/operations/" + operation),
            get(BOB, "/api/operations/" + operation + "/log"),
            post(BOB, "/api/operations/" + operation + "/cancel", Map.of()))) {
      assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
      assertThat(answer.json().toString()).doesNotContain(ADA.toString());
    }
    assertThat(get(ADA, "/api/operations/" + operation).status()).isEqualTo(200);
    assertThat(state(ADA)).isEqualTo(before);
    assertThat(get(ADA, path).status()).isEqualTo(200);
  }

  @Test
  void aMatterIsBackedUpOnlyForTheAccountThatHasIt() throws Exception {
    String own = postgres.value("SELECT id FROM matters WHERE user_id = '" + ADA + "' LIMIT 1");
    String other = postgres.value("SELECT id FROM matters WHERE user_id = '" + BOB + "' LIMIT 1");

    JsonNode made = backUp(ADA, Map.of("scope", "matter", "scopeId", own));
    assertThat(made.get("type").asString()).isEqualTo("matter");
    assertThat(made.get("scopeId").asString()).isEqualTo(own);
    RunningServer.Answer refused =
        post(ADA, "/api/backups", Map.of("scope", "matter", "scopeId", other));
    RunningServer.Answer missing =
        post(ADA, "/api/backups", Map.of("scope", "matter", "scopeId", UUID.randomUUID()));
    assertThat(refused.status()).as(refused.toString()).isEqualTo(400);
    assertThat(missing.status()).isEqualTo(400);
    assertThat(refused.json().get("code")).isEqualTo(missing.json().get("code"));
  }

  @Test
  void aDownloadIsGoodOnce() throws Exception {
    String sealed = backUp(ADA, Map.of()).get("id").asString();
    String plain = backUp(ADA, Map.of("encrypt", false)).get("id").asString();

    assertThat(post(ADA, "/api/backups/" + sealed + "/download", Map.of()).status()).isEqualTo(400);
    JsonNode offer =
        post(ADA, "/api/backups/" + sealed + "/download", Map.of("passphrase", "correct horse 42"))
            .json();
    RunningServer.File file = server.download(offer.get("url").asString());
    assertThat(file.status()).isEqualTo(200);
    assertThat(file.name()).matches("backup-.*\\.tar\\.enc");
    assertThat(server.download(offer.get("url").asString()).status()).isEqualTo(404);
    assertThat(file.content()).doesNotContain("manifest.json");

    String link =
        post(ADA, "/api/backups/" + plain + "/download", Map.of()).json().get("url").asString();
    RunningServer.File tar = server.download(link);
    assertThat(tar.name()).matches("backup-.*\\.tar");
    assertThat(tar.content())
        .contains("manifest.json", "data/users.json", ADA.toString())
        .doesNotContain(BOB.toString());
    assertThat(server.download("/api/downloads/" + "A".repeat(43)).status()).isEqualTo(404);
    assertThat(server.download("/api/downloads/x").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "viewer, GET, /api/backups, 200",
    "viewer, POST, /api/backups, 403",
    "viewer, PUT, /api/backups/settings, 403",
    "member, DELETE, /api/backups/ID, 403",
    "member, POST, /api/backups/ID, 403",
    "member, POST, /api/backups/ID/download, 403",
    "member, POST, /api/backups/ID/undo, 403",
    "owner, POST, /api/admin/backup/create, 403",
    "owner, GET, /api/users, 403",
    "owner, GET, /api/operations, 403",
    "owner, GET, /api/audit, 403",
    "owner, GET, /actuator/prometheus, 403",
  })
  void eachRoleMayDoWhatIsItsOwn(String role, String method, String path, int status)
      throws Exception {
    String backup = backUp(ADA, Map.of()).get("id").asString();

    assertThat(
            server
                .sendShowing(
                    HostApplication.token(ADA, claims -> claims.claim("role", role)),
                    method,
                    path.replace("ID", backup),
                    Map.of())
                .status())
        .isEqualTo(status);
  }

  @Test
  void aUserOfHoldfastIsNoAccount() throws Exception {
    assertThat(server.read("/api/backups").status()).isEqualTo(403);
    assertThat(server.read("/api/backups/settings").status()).isEqualTo(403);
  }

  @Test
  void onlyTokensThatTheApplicationSignedForNowCount() throws Exception {
    Date past = Date.from(Instant.now().minusSeconds(7200));
    for (String token :
        List.of(
            HostApplication.token(ADA, "another secret of at least 32 bytes!", c -> c),
            HostApplication.token(ADA, c -> c.issuer("nobody")),
            HostApplication.token(ADA, c -> c.audience("another")),
            HostApplication.token(ADA, c -> c.issueTime(past).expirationTime(past)),
            HostApplication.token(
                ADA, c -> c.expirationTime(Date.from(Instant.now().plusSeconds(90_000)))),
            HostApplication.token(ADA, c -> c.expirationTime(null)),
            HostApplication.token(ADA, c -> c.claim("account", "")),
            HostApplication.token(ADA, c -> c.claim("role", "admin")),
            HostApplication.token(ADA, c -> c.claim("tier", "gold")),
            HostApplication.token(ADA, c -> c.claim("rights", List.of("everything"))),
            unsigned(HostApplication.token(ADA, c -> c)),
            "a.b.c")) {
      assertThat(server.sendShowing(token, "GET", "/api/backups").status())
          .as(token)
          .isEqualTo(401);
    }
  }

  /// The same claims with `alg` none.
  private static String unsigned(String token) {
    String header =
        java.util.Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return header + token.substring(token.indexOf('.'), token.lastIndexOf('.') + 1);
  }

  @Test
  void aCopyIntoAnotherAccountTakesTheWordOfTheApplication() throws Exception {
    String backup = backUp(ADA, Map.of()).get("id").asString();
    String before = state(BOB);

    RunningServer.Answer refused =
        post(ADA, "/api/backups/" + backup, Map.of("targetAccount", BOB.toString()));
    assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
    assertThat(
            post(
                    ADA,
                    "/api/backups/" + backup + "/preview",
                    Map.of("targetAccount", BOB.toString()))
                .status())
        .isEqualTo(403);
    assertThat(state(BOB)).isEqualTo(before);
    RunningServer.Answer shown =
        server.sendShowing(
            HostApplication.token(ADA, c -> c.claim("copyTo", List.of(BOB.toString()))),
            "POST",
            "/api/backups/" + backup + "/preview",
            Map.of("targetAccount", BOB.toString()));
    assertThat(shown.status()).as(shown.toString()).isEqualTo(200);
    assertThat(shown.json().get("inserts").asLong()).isPositive();
  }

  @Test
  void whatTakesACopyBackIsTheOtherAccounts() throws Exception {
    UUID target = UUID.randomUUID();
    String backup = backUp(ADA, Map.of()).get("id").asString();
    String before = safeties(ADA);
    RunningServer.Answer copied =
        server.sendShowing(
            HostApplication.token(ADA, c -> c.claim("copyTo", List.of(target.toString()))),
            "POST",
            "/api/backups/" + backup,
            Map.of("targetAccount", target.toString()));
    assertThat(copied.status()).as(copied.toString()).isEqualTo(200);
    assertThat(copied.json().get("outcome").asString()).isEqualTo("done");
    assertThat(copied.json().get("safetyBackup").isNull()).isTrue();
    assertThat(safeties(ADA)).isEqualTo(before);

    JsonNode safety = get(target, "/api/backups?type=safety").json().get("data").get(0);
    assertThat(copied.toString()).doesNotContain(safety.get("id").asString());
    assertThat(get(ADA, "/api/backups/" + safety.get("id").asString()).status()).isEqualTo(404);
    assertThat(state(target)).isNotEmpty();
    RunningServer.Answer undone =
        post(target, "/api/backups/" + safety.get("id").asString() + "/undo", Map.of());
    assertThat(undone.status()).as(undone.toString()).isEqualTo(200);
    assertThat(postgres.value("SELECT count(*) FROM matters WHERE user_id = '" + target + "'"))
        .isEqualTo("0");
  }

  private static String safeties(UUID account) throws Exception {
    return get(account, "/api/backups?type=safety").json().get("data").toString();
  }

  @Test
  void aRowThatNamesAnotherAccountsFileNeitherReadsNorWritesIt() throws Exception {
    String key =
        postgres.value(
            "SELECT storage_key FROM documents WHERE storage_key IS NOT NULL AND user_id = '"
                + BOB
                + "' ORDER BY id LIMIT 1");
    Path file = directory.resolve("files").resolve(key);
    Files.writeString(file, "what only Bob may read");
    String session =
        postgres.value("SELECT id FROM sessions WHERE user_id = '" + ADA + "' ORDER BY id LIMIT 1");
    postgres.sql(
        "UPDATE sessions SET audio_key = '%s', audio_bytes = 1, audio_sha256 = '' WHERE id = '%s'"
            .formatted(key, session));
    try {
      RunningServer.Answer made =
          post(ADA, "/api/backups", Map.of("includeAudioFiles", true, "encrypt", false));
      assertThat(made.status()).as(made.toString()).isEqualTo(201);
      assertThat(made.json().get("warnings").toString())
          .contains("left out: rows of others name them, too (" + key + ")");
      String backup = made.json().get("backup").get("id").asString();
      String link =
          post(ADA, "/api/backups/" + backup + "/download", Map.of()).json().get("url").asString();
      assertThat(server.download(link).content())
          .contains(key)
          .doesNotContain("what only Bob may read");
      Files.writeString(file, "what Bob wrote since");
      RunningServer.Answer restored =
          post(ADA, "/api/backups/" + backup, Map.of("preset", "mirror"));
      assertThat(restored.status()).as(restored.toString()).isEqualTo(200);
      assertThat(file).hasContent("what Bob wrote since");
    } finally {
      postgres.sql(
          "UPDATE sessions SET audio_key = NULL, audio_bytes = NULL, audio_sha256 = NULL WHERE id ="
              + " '%s'".formatted(session));
    }
  }

  @Test
  void settingsAreThoseOfTheTierUntilTheyAreChosen() throws Exception {
    UUID account = HostApplication.account(0);
    JsonNode usual = get(account, "/api/backups/settings").json();
    assertThat(usual.toString())
        .isEqualTo(
            "{\"autoBackupEnabled\":true,\"frequency\":\"daily\",\"includeAudioFiles\":false,"
                + "\"includeDocuments\":true,\"retentionDays\":30,\"maxBackups\":10,"
                + "\"encryptBackups\":true}");

    assertThat(put(account, Map.of("frequency", "hourly")).status()).isEqualTo(400);
    assertThat(put(account, Map.of("frequency", "now and then")).status()).isEqualTo(400);
    assertThat(put(account, Map.of("maxBackups", 51)).status()).isEqualTo(400);
    assertThat(put(account, Map.of("retentionDays", 0)).status()).isEqualTo(400);
    assertThat(put(account, Map.of("account", BOB.toString())).status()).isEqualTo(400);
    assertThat(put(account, Map.of("frequency", "weekly", "maxBackups", 3)).status())
        .isEqualTo(200);
    JsonNode after = get(account, "/api/backups/settings").json();
    assertThat(after.get("frequency").asString()).isEqualTo("weekly");
    assertThat(after.get("maxBackups").asInt()).isEqualTo(3);
    assertThat(after.get("includeDocuments").asBoolean()).isTrue();
    JsonNode next = get(account, "/api/backups/schedule").json();
    assertThat(next.get("frequency").asString()).isEqualTo("weekly");
    assertThat(Instant.parse(next.get("nextBackup").asString())).isAfter(Instant.now());
    assertThat(put(account, Map.of("autoBackupEnabled", false)).status()).isEqualTo(200);
    assertThat(get(account, "/api/backups/schedule").json().get("nextBackup").isNull()).isTrue();
    assertThat(get(BOB, "/api/backups/settings").json().get("frequency").asString())
        .isEqualTo("daily");
  }

  @Test
  void whatIsDueIsBackedUpByItselfAndWhatIsTooOldGoes() throws Exception {
    UUID account = BOB;
    assertThat(
            put(account, Map.of("autoBackupEnabled", true, "frequency", "daily", "maxBackups", 1))
                .status())
        .isEqualTo(200);
    String old = backUp(account, Map.of()).get("id").asString();

    // What was due before somebody started schedules is not caught up.
    catalogDo("UPDATE scheduling SET changed_at = now() - interval '3 days'");
    catalogDo(
        """
        UPDATE account_schedules SET handled = now() - interval '2 days', next_due = now()
         WHERE account = (SELECT id FROM accounts WHERE external_id = '%s')
        """
            .formatted(account));
    Eventually.await(
        "the old backup is gone",
        () -> {
          List<String> ids = ids(account);
          return ids.size() == 1 && !ids.contains(old);
        });
    assertThat(
            catalog(
                """
                SELECT next_due > now() FROM account_schedules
                 WHERE account = (SELECT id FROM accounts WHERE external_id = '%s')
                """
                    .formatted(account)))
        .isEqualTo("t");
  }

  private static List<String> ids(UUID account) {
    try {
      return get(account, "/api/backups").json().get("data").findValuesAsString("id");
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JsonNode backUp(UUID account, Map<String, Object> wish) throws Exception {
    RunningServer.Answer made = post(account, "/api/backups", wish);
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    return made.json().get("backup");
  }

  private static String state(UUID account) {
    return HostApplication.state(postgres, account);
  }

  private static String catalog(String query) {
    return RunningServer.catalog(postgres, query);
  }

  private static void catalogDo(String statement) {
    RunningServer.catalogDo(postgres, statement);
  }

  private static RunningServer.Answer get(UUID account, String path)
      throws IOException, InterruptedException {
    return as(account, "GET", path);
  }

  private static RunningServer.Answer as(UUID account, String method, String path)
      throws IOException, InterruptedException {
    return server.sendShowing(
        HostApplication.token(account, UnaryOperator.identity()), method, path);
  }

  private static RunningServer.Answer post(UUID account, String path, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(
        HostApplication.token(account, UnaryOperator.identity()), "POST", path, body);
  }

  private static RunningServer.Answer put(UUID account, Object body)
      throws IOException, InterruptedException {
    return server.sendShowing(
        HostApplication.token(account, UnaryOperator.identity()),
        "PUT",
        "/api/backups/settings",
        body);
  }
}
