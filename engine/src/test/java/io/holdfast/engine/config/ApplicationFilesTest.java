package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.Secret;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.application.TokenKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What applications of `holdfast.yaml` refer to, as a server is told.
class ApplicationFilesTest {
  private static final String SECRET = "geheim-geheim-geheim-geheim-1234";
  private static final String OTHER = "secret-secret-secret-secret-5678";
  private static final String ACCOUNT =
      """
      kind: Scope
      name: account
      root: {table: public.users, key: [id]}
      owned:
        public.users: {via: root}
        public.matters: {via: column user_id}
      assets:
        recordings: {table: public.matters, key: audio_key, store: files}
      """;
  private static final String MATTER =
      """
      kind: Scope
      name: matter
      base: account.scope.yaml
      root: {table: public.matters, key: [id]}
      """;

  @TempDir private Path directory = Path.of("");
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(directory.resolve("maps"));
    write("maps/account.scope.yaml", ACCOUNT);
    write("maps/matter.scope.yaml", MATTER);
    write("legal.key", SECRET + "\n");
  }

  @Test
  void everythingIsFoundFromTheWorkingDirectory() throws IOException {
    config(
        """
        applications:
          zeta: { scopes: { full: maps/account.scope.yaml }, tokenKeyFile: legal.key }
          legal:
            scopes: { full: maps/account.scope.yaml, matter: maps/matter.scope.yaml }
            stores: { files: files, bucket: "s3://b/f", other: /srv/other }
            audio: recordings
            operator: office
            tokenKeyFile: legal.key
            origins: https://app.example.com
        """);

    List<Application> applications = applications();

    assertThat(applications).extracting(Application::name).containsExactly("legal", "zeta");
    assertThat(applications.getFirst())
        .isEqualTo(
            new Application(
                "legal",
                "main",
                new TreeMap<>(
                    Map.of(
                        "full",
                        directory.resolve("maps/account.scope.yaml"),
                        "matter",
                        directory.resolve("maps/matter.scope.yaml"))),
                Map.of(
                    "files",
                    new StorePlace.Directory(directory.resolve("files")),
                    "bucket",
                    new StorePlace.Bucket("s3://b/f"),
                    "other",
                    new StorePlace.Directory(Path.of("/srv/other"))),
                Set.of("recordings"),
                Set.of(),
                Optional.of("office"),
                new TokenKey.Shared(new Secret(SECRET)),
                List.of("https://app.example.com")));
    assertThat(applications.toString()).doesNotContain("geheim");
  }

  @Test
  void aKeyOfTheEnvironmentWins() throws IOException {
    config(
        """
        applications:
          legal-2: { scopes: { full: maps/account.scope.yaml }, tokenKeyFile: nowhere.key }
        """);
    environment.put("HOLDFAST_APPLICATION_LEGAL_2_KEY", OTHER);
    assertThat(applications().getFirst().key()).isEqualTo(new TokenKey.Shared(new Secret(OTHER)));
    environment.remove("HOLDFAST_APPLICATION_LEGAL_2_KEY");
    environment.put(
        "HOLDFAST_APPLICATION_LEGAL_2_KEY_FILE", directory.resolve("legal.key").toString());
    assertThat(applications().getFirst().key()).isEqualTo(new TokenKey.Shared(new Secret(SECRET)));
  }

  @Test
  void aKeyThatIsMissingOrWrongIsSaidWithItsLine() throws IOException {
    config("applications:\n  legal: { scopes: { full: maps/account.scope.yaml } }\n");
    assertProblems(
        "line 2: applications.legal: it has neither tokenKeyFile nor a key in"
            + " HOLDFAST_APPLICATION_LEGAL_KEY, and without one its tokens cannot be checked");
    environment.put("HOLDFAST_APPLICATION_LEGAL_KEY", "geheim");
    assertProblems(
        "line 2: applications.legal: HOLDFAST_APPLICATION_LEGAL_KEY: the secret has 6 bytes and"
            + " needs at least 32 (make one by: openssl rand -hex 32)");
    environment.put("HOLDFAST_APPLICATION_LEGAL_KEY_FILE", "/k");
    assertProblems(
        "line 2: applications.legal: both HOLDFAST_APPLICATION_LEGAL_KEY and"
            + " HOLDFAST_APPLICATION_LEGAL_KEY_FILE are set");
  }

  @Test
  void aSecretInThePlaceOfAFileIsNotShown() throws IOException {
    config(
        """
        applications:
          legal:
            scopes: { full: maps/account.scope.yaml }
            tokenKeyFile: %s
        """
            .formatted(SECRET));
    assertProblems(
        "line 4: applications.legal.tokenKeyFile: the file cannot be read: no such file or"
            + " directory");
  }

  @Test
  void aFileThatHoldsNoKeyIsRefused() throws IOException {
    config(
        """
        applications:
          legal: { scopes: { full: maps/account.scope.yaml }, tokenKeyFile: legal.key }
        """);
    write("legal.key", "geheim\n");
    assertProblems(
        "line 2: applications.legal.tokenKeyFile: the secret has 6 bytes and needs at least 32"
            + " (make one by: openssl rand -hex 32)");
    write("legal.key", "x".repeat((64 << 10) + 1));
    assertProblems(
        "line 2: applications.legal.tokenKeyFile: the file has 65537 bytes, which is more than any"
            + " key has");
    Files.write(directory.resolve("legal.key"), new byte[] {(byte) 0xff, 0, 1});
    assertProblems(
        "line 2: applications.legal.tokenKeyFile: the file cannot be read: it is not UTF-8 text");
  }

  @Test
  void allThatIsWrongIsSaidAtOnce() throws IOException {
    write("maps/bad.scope.yaml", "kind: Scope\n");
    config(
        """
        applications:
          legal:
            scopes:
              full: maps/account.scope.yaml
              matter: maps/nowhere.yaml
              session: maps/bad.scope.yaml
          other: { scopes: { full: maps }, tokenKeyFile: legal.key }
        """);

    assertThat(problems())
        .hasSize(4)
        .anyMatch(it -> it.startsWith("line 5: applications.legal.scopes.matter: scope map /"))
        .anyMatch(it -> it.startsWith("line 6: applications.legal.scopes.session: scope map /"))
        .anyMatch(it -> it.startsWith("line 3: applications.legal: it has neither tokenKeyFile"))
        .anyMatch(it -> it.startsWith("line 7: applications.other.scopes.full: scope map /"));
  }

  @Test
  void aPartThatIsKnownToLieBesideTheAccountIsRefused() throws IOException {
    legal("matter: maps/x.scope.yaml");
    write("maps/x.scope.yaml", MATTER.replace("account", "other"));
    assertProblems(
        "line 2: applications.legal.scopes.matter: the scope map has the base 'other.scope.yaml',"
            + " which is not the map of full");
    write("maps/other.scope.yaml", ACCOUNT);
    assertProblems(
        "line 2: applications.legal.scopes.matter: the scope map has the base 'other.scope.yaml',"
            + " which is not the map of full");
    write("maps/x.scope.yaml", MATTER.replace("public.matters", "public.invoices"));
    assertProblems(
        "line 2: applications.legal.scopes.matter: the scope begins at public.invoices, which the"
            + " map of full does not own");
    String whole = MATTER.replace("base: account.scope.yaml\n", "");
    write("maps/x.scope.yaml", whole.replace("public.matters", "public.invoices"));
    assertProblems(
        "line 2: applications.legal.scopes.matter: the scope begins at public.invoices, which the"
            + " map of full does not own");
    write("maps/x.scope.yaml", whole);
    assertThat(applications()).as("a whole map says no base").hasSize(1);
    write("maps/x.scope.yaml", MATTER.replace("account.", "../maps/./account."));
    assertThat(applications()).as("the same file by another way").hasSize(1);
  }

  @Test
  void theMapOfAccountsIsAWholeOne() throws IOException {
    legal("matter: maps/matter.scope.yaml");
    write("maps/org.scope.yaml", ACCOUNT);
    write("maps/account.scope.yaml", MATTER.replace("account", "org"));
    assertProblems(
        "line 2: applications.legal.scopes.full: the scope map of accounts has the base"
            + " 'org.scope.yaml', but must be a whole one");
  }

  @Test
  void anAssetGroupThatNoMapHasIsRefused() throws IOException {
    config(
        """
        applications:
          legal:
            scopes: { full: maps/account.scope.yaml, matter: maps/matter.scope.yaml }
            tokenKeyFile: legal.key
            audio: [recordings, recording]
            documents: papers
        """);
    assertProblems(
        "line 5: applications.legal.audio: no scope map has the asset group 'recording' (known:"
            + " recordings)",
        "line 6: applications.legal.documents: no scope map has the asset group 'papers' (known:"
            + " recordings)");
  }

  @Test
  void withASourceOnlyItsApplicationsAreThere() throws IOException {
    config(
        """
        sources: { erp: {}, crm: {} }
        applications:
          one: { source: erp, scopes: { full: maps/account.scope.yaml }, tokenKeyFile: legal.key }
          two: { source: crm, scopes: { full: nowhere } }
        """);
    assertThat(resolve(new Flags(null, "erp", null, null, null, null)).applications())
        .extracting(Application::name)
        .containsExactly("one");
    assertThat(problems()).hasSize(2);
  }

  @Test
  void commandsNeedNothingOfIt() throws IOException {
    config("applications: { legal: { scopes: { full: nowhere }, tokenKeyFile: nowhere } }");
    assertThat(
            new SettingsResolver(new Environment(environment), directory)
                .resolve(Flags.NONE)
                .configFile())
        .isPresent();
  }

  private void legal(String scope) throws IOException {
    String maps = "{ full: maps/account.scope.yaml, " + scope + " }";
    config("applications:\n  legal: { scopes: " + maps + ", tokenKeyFile: legal.key }\n");
  }

  private void assertProblems(String... expected) {
    assertThat(problems()).containsExactly(expected);
  }

  /// None of which shows a secret.
  private List<String> problems() {
    ConfigProblems problems = catchThrowableOfType(ConfigProblems.class, this::applications);
    assertThat(problems).isNotNull();
    assertThat(problems.text() + problems.hint()).doesNotContain("geheim");
    return problems.problems();
  }

  private List<Application> applications() {
    return resolve(Flags.NONE).applications();
  }

  private Deployment resolve(Flags flags) {
    return new DeploymentResolver(new Environment(environment), directory).resolve(flags);
  }

  private void config(String text) throws IOException {
    write("holdfast.yaml", text);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }
}
