package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// Accounts let others of their application have of a backup what they say, as long as they say so.
class SharedBackupsTest {
  private static final UUID CAROL = HostApplication.account(0);
  private static final UUID ADA = HostApplication.account(1);
  private static final UUID BOB = HostApplication.account(2);
  private static final Map<String, Object> PASSPHRASE = Map.of("passphrase", "correct horse 42");

  @TempDir private static Path directory;

  private static TestServer postgres;
  private static RunningServer server;
  private static AccountClients clients;

  @BeforeAll
  static void start() throws Exception {
    postgres = TestServer.start(18, Map.of());
    HostApplication.install(postgres, directory);
    server = RunningServer.start(postgres, directory);
    server.signIn();
    clients = new AccountClients(server);
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
    postgres.close();
  }

  @Test
  void anotherAccountSeesTakesAndCopiesWhatItMayAndNoMore() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String path = "/api/backups/" + backup;
    Map<String, Object> intoBob = Map.of("targetAccount", BOB.toString());
    String ofAda = state(ADA);
    String ofBob = state(BOB);

    share(backup, "view");
    JsonNode seen = clients.get(BOB, "/api/backups?type=shared").json().get("data").get(0);
    assertThat(seen.get("id").asString()).isEqualTo(backup);
    assertThat(seen.get("shared").get("account").asString()).isEqualTo(ADA.toString());
    assertThat(seen.get("shared").get("rights").toString()).isEqualTo("[\"view\"]");
    assertThat(clients.get(BOB, "/api/backups").json().toString()).doesNotContain(backup);
    assertThat(clients.get(BOB, path).json()).isEqualTo(seen);
    assertThat(clients.get(ADA, path).json().get("shared").isNull()).isTrue();
    for (RunningServer.Answer refused :
        List.of(
            clients.post(BOB, path + "/download", PASSPHRASE),
            clients.post(BOB, path + "/preview", intoBob),
            clients.post(BOB, path, intoBob))) {
      assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
    }

    share(backup, "download");
    String link = clients.post(BOB, path + "/download", PASSPHRASE).json().get("url").asString();
    assertThat(server.download(link).status()).isEqualTo(200);
    assertThat(clients.post(BOB, path, intoBob).status()).isEqualTo(403);

    share(backup, "restore");
    assertThat(clients.post(BOB, path + "/download", PASSPHRASE).status()).isEqualTo(403);
    for (Map<String, Object> wish :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("preset", "mirror"),
            Map.of("targetAccount", ADA.toString()),
            Map.of("targetAccount", CAROL.toString()))) {
      assertThat(clients.post(BOB, path + "/preview", wish).status()).isEqualTo(403);
      assertThat(clients.post(BOB, path, wish).status()).isEqualTo(403);
    }
    assertThat(state(BOB)).isEqualTo(ofBob);
    JsonNode plan = clients.post(BOB, path + "/preview", intoBob).json();
    assertThat(plan.get("inserts").asLong()).as(plan.toString()).isPositive();
    RunningServer.Answer copied =
        clients.post(
            BOB,
            path,
            Map.of("targetAccount", BOB.toString(), "planDigest", plan.get("plan").asString()));
    assertThat(copied.status()).as(copied.toString()).isEqualTo(200);
    assertThat(state(BOB)).isNotEqualTo(ofBob);
    assertThat(state(ADA)).isEqualTo(ofAda);

    String safety = copied.json().get("safetyBackup").asString();
    assertThat(clients.get(ADA, "/api/backups/" + safety).status()).isEqualTo(404);
    RunningServer.Answer undone = clients.post(BOB, "/api/backups/" + safety + "/undo", Map.of());
    assertThat(undone.status()).as(undone.toString()).isEqualTo(200);
    assertThat(state(BOB)).isEqualTo(ofBob);
    assertThat(state(ADA)).isEqualTo(ofAda);
  }

  @Test
  void whatIsWithdrawnCountsNoMoreForLinksAndForWhatWaits() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String path = "/api/backups/" + backup;
    Map<String, Object> intoBob = Map.of("targetAccount", BOB.toString());
    String share = share(backup, "download", "restore");
    String link = clients.post(BOB, path + "/download", PASSPHRASE).json().get("url").asString();
    assertThat(clients.post(BOB, path + "/preview", intoBob).status()).isEqualTo(200);
    String asked =
        catalog(
            "SELECT id FROM runs WHERE kind = 'tenant-preview' ORDER BY created_at DESC LIMIT 1");

    assertThat(clients.delete(ADA, path + "/shares/" + share).status()).isEqualTo(204);
    assertThat(clients.delete(ADA, path + "/shares/" + share).status()).isEqualTo(404);
    RunningServer.File file = server.download(link);
    assertThat(file.status()).isEqualTo(404);
    assertThat(clients.get(BOB, path).status()).isEqualTo(404);
    assertThat(clients.post(BOB, path, intoBob).status()).isEqualTo(404);

    // The same, queued before it was withdrawn.
    UUID waiting = UUID.randomUUID();
    RunningServer.catalogDo(
        postgres,
        """
        INSERT INTO runs (id, kind, request, source, resource, account, origin, requested_by, status,
               not_before, created_at)
        SELECT '%s', kind, request, source, resource, account, origin, requested_by, 'pending',
               now(), now() FROM runs WHERE id = '%s'
        """
            .formatted(waiting, asked));
    JsonNode ended = server.ended(waiting.toString());
    assertThat(ended.get("status").asString()).as(ended.toString()).isEqualTo("failed");
    assertThat(ended.get("error").get("code").asString()).isEqualTo("HF-1030");
  }

  @Test
  void aShareEndsWithItsTimeAndWithItsBackup() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String path = "/api/backups/" + backup;
    Instant until = Instant.now().plus(Duration.ofDays(2));
    RunningServer.Answer made =
        clients.post(
            ADA, path + "/share", Map.of("account", BOB.toString(), "until", until.toString()));
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    assertThat(clients.get(BOB, path).status()).isEqualTo(200);
    RunningServer.catalogDo(
        postgres,
        "UPDATE backup_shares SET until = now() - interval '1 second' WHERE backup = '"
            + backup
            + "'");
    assertThat(clients.get(BOB, path).status()).isEqualTo(404);
    assertThat(clients.get(ADA, path + "/shares").json()).isEmpty();
    assertThat(clients.get(BOB, "/api/backups?type=shared").json().toString())
        .doesNotContain(backup);

    share(backup, "view");
    assertThat(clients.get(BOB, path).status()).isEqualTo(200);
    RunningServer.Answer deleted = clients.delete(ADA, path);
    assertThat(deleted.status()).as(deleted.toString()).isEqualTo(200);
    assertThat(clients.get(BOB, path).status()).isEqualTo(404);
    assertThat(catalog("SELECT count(*) FROM backup_shares WHERE backup = '" + backup + "'"))
        .isEqualTo("0");
  }

  @Test
  void whoHasAShareMayDeclineItAndNobodyElseEndsIt() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String share = share(backup, "view");
    String path = "/api/backups/" + backup + "/shares/" + share;
    assertThat(
            clients
                .get(ADA, "/api/backups/" + backup + "/shares")
                .json()
                .get(0)
                .get("id")
                .asString())
        .isEqualTo(share);
    assertThat(clients.delete(CAROL, path).status()).isEqualTo(404);
    assertThat(clients.delete(BOB, "/api/backups/another/shares/" + share).status()).isEqualTo(404);
    assertThat(clients.delete(BOB, path + "x").status()).isEqualTo(404);
    assertThat(clients.delete(BOB, path).status()).isEqualTo(204);
    assertThat(clients.get(ADA, "/api/backups/" + backup + "/shares").json()).isEmpty();
    assertThat(server.read("/api/audit").json().get("data").findValuesAsString("action"))
        .contains("account.share", "account.unshare");
  }

  @ParameterizedTest
  @CsvSource({
    "another account of the application, 404",
    "an account of another application, 404",
    "a user of Holdfast, 403"
  })
  void nobodyElseReachesWhatIsShared(String who, int status) throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String share = share(backup, "download", "restore");
    String path = "/api/backups/" + backup;
    List<String> tokens = new ArrayList<>();
    switch (who) {
      case "another account of the application" -> tokens.add(AccountClients.owner(CAROL));
      case "an account of another application" -> {
        // With the ids of who shares and of who has the share.
        tokens.add(HostApplication.tokenOfRival(ADA));
        tokens.add(HostApplication.tokenOfRival(BOB));
      }
      default ->
          tokens.add(
              server.post("/api/tokens", Map.of("name", "x")).json().get("token").asString());
    }
    for (String token : tokens) {
      for (RunningServer.Answer answer :
          List.of(
              server.sendShowing(token, "GET", path),
              server.sendShowing(token, "GET", path + "?action=verify"),
              server.sendShowing(token, "GET", path + "/log"),
              server.sendShowing(token, "GET", path + "/shares"),
              server.sendShowing(token, "POST", path + "/share", Map.of("account", "me")),
              server.sendShowing(token, "DELETE", path + "/shares/" + share),
              server.sendShowing(token, "POST", path + "/download", PASSPHRASE),
              server.sendShowing(token, "POST", path + "/verify", Map.of()),
              server.sendShowing(token, "POST", path + "/undo", Map.of()),
              server.sendShowing(
                  token, "POST", path + "/preview", Map.of("targetAccount", BOB.toString())),
              server.sendShowing(token, "POST", path, Map.of("targetAccount", BOB.toString())),
              server.sendShowing(token, "DELETE", path))) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.json().toString()).doesNotContain(ADA.toString());
      }
      assertThat(server.sendShowing(token, "GET", "/api/backups?type=shared").json().toString())
          .doesNotContain(backup);
    }
    assertThat(clients.get(BOB, path).status()).isEqualTo(200);
  }

  @Test
  void whoHasAShareDoesNothingElseWithTheBackup() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String path = "/api/backups/" + backup;
    share(backup, "download", "restore");
    for (RunningServer.Answer answer :
        List.of(
            clients.get(BOB, path + "?action=verify"),
            clients.get(BOB, path + "/log"),
            clients.get(BOB, path + "/shares"),
            clients.post(BOB, path + "/share", Map.of("account", CAROL.toString())),
            clients.post(BOB, path + "/verify", Map.of()),
            clients.post(BOB, path, Map.of("verifyOnly", true)),
            clients.post(BOB, path + "/undo", Map.of()),
            clients.delete(BOB, path))) {
      assertThat(answer.status()).as(answer.toString()).isEqualTo(404);
    }
    // What the token lacks no share gives.
    for (String suffix : List.of("/download", "")) {
      RunningServer.Answer refused =
          clients.post(
              BOB,
              claims -> claims.claim("role", "member"),
              path + suffix,
              suffix.isEmpty() ? Map.of("targetAccount", BOB.toString()) : PASSPHRASE);
      assertThat(refused.status()).as(refused.toString()).isEqualTo(403);
    }
  }

  @Test
  void whatCannotBeSharedIsRefused() throws Exception {
    String backup = clients.backUp(ADA, Map.of());
    String path = "/api/backups/" + backup + "/share";
    String matter = postgres.value("SELECT id FROM matters WHERE user_id = '" + ADA + "' LIMIT 1");
    String part = clients.backUp(ADA, Map.of("scope", "matter", "scopeId", matter));
    String bob = BOB.toString();
    for (Map<String, Object> wish :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("account", " "),
            Map.of("account", "x".repeat(201)),
            Map.of("account", "nobody\n"),
            Map.of("account", ADA.toString()),
            Map.of("account", bob, "rights", List.of("delete")),
            Map.of("account", bob, "until", Instant.now().minusSeconds(1).toString()),
            Map.of("account", bob, "until", "9999-01-01T00:00:00Z"),
            Map.of("account", bob, "until", "soon"),
            Map.of("account", bob, "user", "bob@example.com"))) {
      RunningServer.Answer refused = clients.post(ADA, path, wish);
      assertThat(refused.status()).as(wish + ": " + refused).isEqualTo(400);
    }
    Map<String, Object> restore = Map.of("account", bob, "rights", List.of("restore"));
    assertThat(clients.post(ADA, "/api/backups/" + part + "/share", restore).status())
        .isEqualTo(400);
    for (List<String> rights : List.of(List.of("view"), List.of("view", "share", "restore"))) {
      assertThat(clients.post(ADA, c -> c.claim("rights", rights), path, restore).status())
          .isEqualTo(403);
    }
    RunningServer.catalogDo(
        postgres,
        """
        INSERT INTO backup_shares (id, backup, owner, application, shared_by, receiver, rights, made_by)
        SELECT gen_random_uuid(), id, user_id, 'legal', '%s', 'other-' || n, '{view}', 'x'
          FROM backups, generate_series(1, 50) n WHERE id = '%s'
        """
            .formatted(ADA, backup));
    assertThat(clients.post(ADA, path, restore).status()).isEqualTo(400);
    assertThat(clients.post(ADA, path, Map.of("account", "other-7")).status())
        .as("it is changed")
        .isEqualTo(201);
  }

  private static String share(String backup, String... rights) throws Exception {
    RunningServer.Answer made =
        clients.post(
            ADA,
            "/api/backups/" + backup + "/share",
            Map.of("account", BOB.toString(), "rights", List.of(rights)));
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    return made.json().get("id").asString();
  }

  private static String catalog(String query) {
    return RunningServer.catalog(postgres, query);
  }

  private static String state(UUID account) {
    return HostApplication.state(postgres, account);
  }
}
