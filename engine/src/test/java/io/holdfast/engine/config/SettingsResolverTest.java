package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A flag wins over the environment, the environment over the file, the file over the default.
class SettingsResolverTest {
  @TempDir private Path directory = Path.of("");
  private final Map<String, String> environment = new HashMap<>(Map.of("HOME", "/home/ann"));

  @Test
  void nothingSaidGivesTheDefaults() {
    Settings settings = resolve(Flags.NONE);

    assertThat(settings.repository()).isEqualTo(directory.resolve("backups").toString());
    assertThat(settings.source()).isEqualTo("main");
    assertThat(settings.slot()).isEqualTo("holdfast_main");
    assertThat(settings.domain()).isEqualTo("main");
    assertThat(settings.key())
        .isEqualTo(new KeySource.DefaultFile(Path.of("/home/ann/.config/holdfast/key")));
    assertThat(settings.url()).isEmpty();
    assertThatThrownBy(settings::requireUrl).isInstanceOf(BackupException.class);
  }

  @Test
  void eachLayerWinsOverTheOneBelow() throws Exception {
    writeConfig(
        """
        repositories: { main: { url: /file, keyFile: /file/key } }
        sources: { main: { url: "postgresql://file/", directUrl: "postgresql://filed/", slot: s, domain: d } }
        """);
    assertSettings(Flags.NONE, "/file", "/file/key", "postgresql://file/", "postgresql://filed/");
    assertThat(resolve(Flags.NONE).slot()).isEqualTo("s");
    assertThat(resolve(Flags.NONE).domain()).isEqualTo("d");

    environment.put("BACKUP_STORAGE_PATH", "/second");
    environment.put("POSTGRES_URL", "postgresql://second/");
    environment.put("BACKUP_KEY_FILE", "/env/key");
    assertSettings(
        Flags.NONE, "/second", "/env/key", "postgresql://second/", "postgresql://filed/");

    environment.put("BACKUP_DIR", "/env");
    environment.put("DATABASE_URL", "postgresql://env/");
    environment.put("DIRECT_URL", "postgresql://envd/");
    assertSettings(Flags.NONE, "/env", "/env/key", "postgresql://env/", "postgresql://envd/");

    Flags flags =
        new Flags("/flag", null, null, "/flag/key", "postgresql://flag/", "postgresql://flagd/");
    assertSettings(flags, "/flag", "/flag/key", "postgresql://flag/", "postgresql://flagd/");
  }

  @Test
  void aVariableThatIsEmptyCountsAsUnset() {
    environment.put("BACKUP_DIR", " ");
    environment.put("DATABASE_URL", "");
    environment.put("POSTGRES_URL", "postgresql://second/");

    assertThat(resolve(Flags.NONE).repository()).endsWith("/backups");
    assertThat(resolve(Flags.NONE).requireUrl().expose()).isEqualTo("postgresql://second/");
  }

  @Test
  void urlsAreKeptAndPathsBecomeAbsolute() {
    environment.put("BACKUP_DIR", "s3://bucket/prefix");
    assertThat(resolve(Flags.NONE).repository()).isEqualTo("s3://bucket/prefix");
    environment.put("BACKUP_DIR", "./a/../b");
    assertThat(resolve(Flags.NONE).repository()).isEqualTo(directory.resolve("b").toString());
  }

  @Test
  void aSecretInThePlaceOfAFilesNameIsNotShown() {
    String key = "5ec2e7c0ffee4b1d".repeat(4);
    environment.put("BACKUP_KEY_FILE", key);
    assertThatThrownBy(() -> resolve(Flags.NONE))
        .hasMessageContaining("BACKUP_KEY_FILE holds a key")
        .hasMessageNotContaining(key);
    environment.remove("BACKUP_KEY_FILE");
    environment.put("BACKUP_PASSPHRASE_FILE", "three small hedgehogs");
    assertThatThrownBy(() -> resolve(Flags.NONE))
        .hasMessageContaining("BACKUP_PASSPHRASE_FILE")
        .hasMessageNotContaining("hedgehogs");
    environment.put("BACKUP_PASSPHRASE_FILE", "/no/such/file");
    assertThatThrownBy(() -> resolve(Flags.NONE)).hasMessageContaining("/no/such/file");
  }

  @Test
  void aSourceOfTheFileLeadsToItsRepository() throws Exception {
    writeConfig(
        """
        repositories: { one: { url: /one }, two: { url: /two } }
        sources: { erp: { repository: two }, crm: {} }
        """);

    assertThat(resolve(source("erp")).repository()).isEqualTo("/two");
    assertThat(resolve(source("crm")).repository()).endsWith("/backups");
    assertThat(resolve(source("erp")).configFile())
        .contains(directory.resolve("holdfast.yaml").toString());
  }

  @Test
  void twoKeysAreRefused() {
    environment.put("BACKUP_ENCRYPTION_KEY", "00".repeat(32));
    environment.put("BACKUP_PASSPHRASE", "correct horse");
    assertBad(Flags.NONE, "more than one of");
    environment.remove("BACKUP_ENCRYPTION_KEY");
    assertThat(resolve(Flags.NONE).key())
        .isEqualTo(new KeySource.Passphrase(new Secret("correct horse")));
  }

  @Test
  void aSecretMayStandInAFileButNotInBoth() throws Exception {
    Path file = directory.resolve("url");
    Files.writeString(file, "postgresql://file/\n");
    environment.put("DATABASE_URL_FILE", file.toString());
    assertThat(resolve(Flags.NONE).requireUrl().expose()).isEqualTo("postgresql://file/");
    environment.put("DATABASE_URL", "postgresql://env/");
    assertBad(Flags.NONE, "both DATABASE_URL and DATABASE_URL_FILE are set");
    environment.remove("DATABASE_URL");
    environment.put("DATABASE_URL_FILE", directory.resolve("none").toString());
    assertBad(Flags.NONE, "cannot be read");
  }

  @Test
  void aConfigurationThatWasNamedMustBeThere() {
    assertBad(new Flags(null, null, "none.yaml", null, null, null), "none.yaml");
    environment.put("HOLDFAST_CONFIG", "other.yaml");
    assertBad(Flags.NONE, "other.yaml");
  }

  @Test
  void namesOfSourcesBecomeNamesOfSlots() {
    assertThat(SettingsResolver.defaultSlot("ERP.prod-1")).isEqualTo("holdfast_erp_prod_1");
    assertThat(SettingsResolver.defaultSlot("x".repeat(63)).length()).isLessThan(64);
    assertThatThrownBy(() -> resolve(source("../x")))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_ARGUMENT));
  }

  private void assertSettings(
      Flags flags, String repository, String keyFile, String url, String directUrl) {
    Settings settings = resolve(flags);
    assertThat(settings.repository()).isEqualTo(repository);
    assertThat(settings.key()).isEqualTo(new KeySource.File(Path.of(keyFile)));
    assertThat(settings.requireUrl().expose()).isEqualTo(url);
    assertThat(settings.requireDirectUrl().expose()).isEqualTo(directUrl);
  }

  private void assertBad(Flags flags, String problem) {
    assertThatThrownBy(() -> resolve(flags))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problem);
            });
  }

  private static Flags source(String name) {
    return new Flags(null, name, null, null, null, null);
  }

  private Settings resolve(Flags flags) {
    return new SettingsResolver(new Environment(environment), directory).resolve(flags);
  }

  private void writeConfig(String text) throws IOException {
    Files.writeString(directory.resolve("holdfast.yaml"), text);
  }
}
