package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.holdfast.postgres.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Settings under names: an account's own, and those that an application gives to all its accounts.
class AccountTemplatesTest {
  private static final UUID ADA = HostApplication.account(1);
  private static final UUID BOB = HostApplication.account(2);
  private static final String TEMPLATES = "/api/backups/templates";
  private static final String SETTINGS = "/api/backups/settings";

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
  void anAccountKeepsSettingsUnderNamesThatNobodyElseSees() throws Exception {
    Map<String, Object> careful =
        Map.of(
            "name", "careful",
            "scope", "matter",
            "settings", Map.of("includeAudioFiles", true, "retentionDays", 90));
    RunningServer.Answer made = clients.post(ADA, TEMPLATES, careful);
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    assertThat(made.json().get("of").asString()).isEqualTo("account");
    assertThat(made.json().get("settings").get("maxBackups").asInt()).isEqualTo(10);
    assertThat(clients.post(ADA, TEMPLATES, careful).status()).isEqualTo(409);
    assertThat(clients.get(ADA, TEMPLATES).json().findValuesAsString("name")).contains("careful");
    assertThat(clients.get(BOB, TEMPLATES).json().toString()).doesNotContain("careful");
    assertThat(clients.put(BOB, SETTINGS + "?template=careful", Map.of()).status()).isEqualTo(404);
    assertThat(clients.delete(BOB, TEMPLATES + "/careful").status()).isEqualTo(404);

    JsonNode after =
        clients.put(ADA, SETTINGS + "?template=careful", Map.of("maxBackups", 4)).json();
    assertThat(after.get("retentionDays").asInt()).isEqualTo(90);
    assertThat(after.get("maxBackups").asInt()).isEqualTo(4);
    assertThat(clients.get(ADA, SETTINGS).json()).isEqualTo(after);

    String matter = postgres.value("SELECT id FROM matters WHERE user_id = '" + ADA + "' LIMIT 1");
    JsonNode backup =
        clients
            .get(
                ADA,
                "/api/backups/"
                    + clients.backUp(ADA, Map.of("template", "careful", "scopeId", matter)))
            .json();
    assertThat(backup.get("type").asString()).isEqualTo("matter");
    assertThat(backup.get("includesAudio").asBoolean()).isTrue();

    assertThat(clients.delete(ADA, TEMPLATES + "/careful").status()).isEqualTo(204);
    assertThat(clients.delete(ADA, TEMPLATES + "/careful").status()).isEqualTo(404);
    assertThat(clients.get(ADA, SETTINGS).json()).as("they stay").isEqualTo(after);
    assertThat(server.read("/api/audit").json().get("data").findValuesAsString("action"))
        .contains("template.create", "template.delete", "account.settings");
  }

  @Test
  void onlyWhomTheApplicationTrustsWritesWhatAllItsAccountsGet() throws Exception {
    UUID before = UUID.randomUUID();
    String usual = clients.get(before, SETTINGS).json().toString();
    Map<String, Object> first = ofApplication("first", Map.of("retentionDays", 77));
    assertThat(clients.post(ADA, TEMPLATES, first).status()).as("an owner").isEqualTo(403);
    assertThat(
            clients
                .post(ADA, AccountTemplatesTest::trusted, TEMPLATES, Map.of("name", "own"))
                .status())
        .as("one right is not the other")
        .isEqualTo(403);
    RunningServer.Answer made = clients.post(ADA, AccountTemplatesTest::trusted, TEMPLATES, first);
    assertThat(made.status()).as(made.toString()).isEqualTo(201);
    assertThat(clients.get(BOB, TEMPLATES).json().findValuesAsString("name")).contains("first");
    assertThat(
            server
                .sendShowing(HostApplication.tokenOfRival(ADA), "GET", TEMPLATES)
                .json()
                .toString())
        .doesNotContain("first");

    assertThat(clients.get(before, SETTINGS).json().toString())
        .as("who was there keeps what it has")
        .isEqualTo(usual);
    UUID after = UUID.randomUUID();
    assertThat(clients.get(after, SETTINGS).json().get("retentionDays").asInt()).isEqualTo(77);
    UUID ofRival = UUID.randomUUID();
    assertThat(
            server
                .sendShowing(HostApplication.tokenOfRival(ofRival), "GET", SETTINGS)
                .json()
                .get("retentionDays")
                .asInt())
        .isEqualTo(30);

    Map<String, Object> second = ofApplication("second", Map.of("frequency", "hourly"));
    assertThat(clients.post(ADA, AccountTemplatesTest::trusted, TEMPLATES, second).status())
        .isEqualTo(201);
    assertThat(clients.get(after, SETTINGS).json().get("retentionDays").asInt()).isEqualTo(77);
    UUID third = UUID.randomUUID();
    assertThat(clients.get(third, SETTINGS).json().get("frequency").asString()).isEqualTo("hourly");
    assertThat(clients.get(third, "/api/backups/schedule").json().get("frequency").asString())
        .as("as the tier allows")
        .isEqualTo("daily");
    assertThat(clients.put(third, SETTINGS, Map.of("retentionDays", 5)).status()).isEqualTo(200);
    assertThat(clients.put(before, SETTINGS + "?template=second", Map.of()).status())
        .as("nobody chooses what the tier has not")
        .isEqualTo(400);

    String delete = TEMPLATES + "/second?of=application";
    assertThat(clients.delete(ADA, delete).status()).isEqualTo(403);
    assertThat(clients.delete(ADA, TEMPLATES + "/second").status()).isEqualTo(404);
    assertThat(
            server
                .sendShowing(
                    HostApplication.token(BOB, AccountTemplatesTest::trusted), "DELETE", delete)
                .status())
        .isEqualTo(204);
    UUID last = UUID.randomUUID();
    assertThat(clients.get(last, SETTINGS).json().toString()).isEqualTo(usual);
  }

  private static Map<String, Object> ofApplication(String name, Map<String, Object> settings) {
    return Map.of("name", name, "of", "application", "isDefault", true, "settings", settings);
  }

  @Test
  void whatCannotBeATemplateIsRefused() throws Exception {
    for (Map<String, Object> wish :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("name", ""),
            Map.of("name", "Upper"),
            Map.of("name", "a/b"),
            Map.of("name", "x".repeat(64)),
            Map.of("name", "x", "of", "everybody"),
            Map.of("name", "x", "isDefault", true),
            Map.of("name", "x", "scope", "planet"),
            Map.of("name", "x", "settings", Map.of("retentionDays", 0)),
            Map.of("name", "x", "settings", Map.of("account", BOB)),
            Map.of("name", "x", "account", BOB))) {
      RunningServer.Answer refused = clients.post(ADA, TEMPLATES, wish);
      assertThat(refused.status()).as(wish + ": " + refused).isEqualTo(400);
    }
    Map<String, Object> part =
        Map.of("name", "x", "of", "application", "scope", "matter", "isDefault", true);
    assertThat(clients.post(ADA, AccountTemplatesTest::trusted, TEMPLATES, part).status())
        .isEqualTo(400);
    UUID busy = UUID.randomUUID();
    for (int i = 0; i < 20; i++) {
      assertThat(clients.post(busy, TEMPLATES, Map.of("name", "t" + i)).status()).isEqualTo(201);
    }
    assertThat(clients.post(busy, TEMPLATES, Map.of("name", "one-more")).status()).isEqualTo(400);
    assertThat(
            clients
                .post(busy, c -> c.claim("role", "member"), TEMPLATES, Map.of("name", "y"))
                .status())
        .isEqualTo(403);
  }

  /// Whom the application trusts with the settings of all its accounts.
  private static JWTClaimsSet.Builder trusted(JWTClaimsSet.Builder claims) {
    return claims.claim("rights", List.of("view", "templates"));
  }
}
