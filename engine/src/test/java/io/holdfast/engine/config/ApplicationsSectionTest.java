package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.engine.application.StorePlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The section `applications` of `holdfast.yaml`, without what it refers to.
class ApplicationsSectionTest {
  private static final Path FILE = Path.of("/etc/holdfast/holdfast.yaml");

  @Test
  void everythingCanBeSaid() {
    assertThat(
            applications(
                """
                sources: { main: {}, other: {} }
                applications:
                  legal-2:
                    source: other
                    scopes:
                      full: maps/account.scope.yaml
                      matter_1: /maps/matter.scope.yaml
                    stores: { files: files, bucket: "s3://b/f" }
                    audio: [recordings, voice]
                    documents: papers
                    operator: office@example.com
                    tokenKeyFile: legal.pem
                    origins: [https://app.example.com, http://localhost:3000]
                """))
        .containsExactly(
            Map.entry(
                "legal-2",
                new ApplicationEntry(
                    "legal-2",
                    "other",
                    new TreeMap<>(
                        Map.of(
                            "full",
                            new Placed<>(
                                Path.of("maps/account.scope.yaml"),
                                "line 6: applications.legal-2.scopes.full"),
                            "matter_1",
                            new Placed<>(
                                Path.of("/maps/matter.scope.yaml"),
                                "line 7: applications.legal-2.scopes.matter_1"))),
                    Map.of(
                        "files",
                        new StorePlace.Directory(Path.of("files")),
                        "bucket",
                        new StorePlace.Bucket("s3://b/f")),
                    new Placed<>(
                        Set.of("recordings", "voice"), "line 9: applications.legal-2.audio"),
                    new Placed<>(Set.of("papers"), "line 10: applications.legal-2.documents"),
                    Optional.of("office@example.com"),
                    Optional.of(
                        new Placed<>(
                            Path.of("legal.pem"), "line 12: applications.legal-2.tokenKeyFile")),
                    List.of("https://app.example.com", "http://localhost:3000"),
                    "line 4: applications.legal-2")));
  }

  @Test
  void withoutASectionThereIsNone() {
    assertThat(applications("sources: {}")).isEmpty();
    assertThat(applications("applications: {}")).isEmpty();
  }

  @Test
  void theOnlySourceNeedsNoName() {
    String legal = "applications: { legal: { scopes: { full: a } } }";
    assertThat(only(legal).source()).isEqualTo("main");
    assertThat(only("sources: { erp: {} }\n" + legal).source()).isEqualTo("erp");
    assertBad(
        "sources: { erp: {}, crm: {} }\n" + legal,
        "line 2: applications.legal: it names no source, and there are several (known: crm, erp)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "source: crm, scopes: { full: a } | legal.source: source 'crm' is not defined (known: erp)",
        "source: erp | legal: it has no scope map of a whole account",
        "scopes: {} | legal.scopes: it has no scope map of a whole account",
        "scopes: { matter: a } | legal.scopes: it has no scope map of a whole account",
        "scopes: { full: a, Matter: b } | legal.scopes.Matter: 'Matter' is no word for a scope",
        "scopes: { full: a, 1x: b } | legal.scopes.1x: '1x' is no word for a scope",
        "scopes: { full: '' } | legal.scopes.full: it names nothing",
        "scopes: { full: [a] } | legal.scopes.full must be text",
        "scopes: account.scope.yaml | legal.scopes must be a map",
        "scopes: { full: a }, stores: { files: '' } | legal.stores.files: the place is empty",
        "scopes: { full: a }, stores: [files] | legal.stores must be a map",
        "scopes: { full: a }, audio: '' | legal.audio: it names nothing",
        "scopes: { full: a }, audio: [a, b], documents: [b] | legal: both audio and documents have 'b'",
        "scopes: { full: a }, operator: ' ' | legal.operator: it names nothing",
        "scopes: { full: a }, tokenKeyFile: | legal.tokenKeyFile: it names nothing",
        "scopes: { full: a }, tokenKey: geheim | unknown key 'tokenKey' in applications.legal",
        "scopes: { full: a }, origins: ['*'] | legal.origins: it has a '*'",
        "scopes: { full: a }, origins: { a: b } | legal.origins must be text"
      })
  void whatIsWrongIsSaidWithItsLine(String settings, String problem) {
    ConfigProblems problems =
        assertBad("sources: { erp: {} }\napplications:\n  legal: { " + settings + " }\n", problem);
    assertThat(problems.problems()).hasSize(1).first().asString().startsWith("line 3: ");
    assertThat(problems.text()).doesNotContain("geheim");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Legal", "2legal", "le_gal", "le.gal", "-legal", "l l"})
  void aNameIsAWordInLowerCase(String name) {
    assertBad(
        "applications: { '" + name + "': { scopes: { full: a } } }",
        "'" + name + "' is no name of an application");
    assertThat(applications("applications: { " + "l".repeat(63) + ": { scopes: { full: a } } }"))
        .hasSize(1);
    assertBad(
        "applications: { " + "l".repeat(64) + ": { scopes: { full: a } } }",
        "is no name of an application");
  }

  @Test
  void oneNameIsOneApplication() {
    assertBad(
        """
        applications:
          legal: { scopes: { full: a } }
          legal: { scopes: { full: b } }
        """,
        "legal");
  }

  @ParameterizedTest
  @CsvSource({
    "https://app.example.com, https://app.example.com",
    "HTTPS://App.Example.COM, https://app.example.com",
    "https://app.example.com:443, https://app.example.com",
    "https://app.example.com:8443, https://app.example.com:8443",
    "http://localhost:3000, http://localhost:3000",
    "http://app.localhost:80, http://app.localhost",
    "http://127.0.0.1:443, http://127.0.0.1:443",
    "http://[::1]:3000, http://[::1]:3000"
  })
  void anOriginIsAsBrowsersSendIt(String text, String origin) {
    assertThat(WebOrigin.parse(text)).isEqualTo(origin);
  }

  @ParameterizedTest
  @CsvSource({
    "*, it has a '*'",
    "https://*.example.com, it has a '*'",
    "http://app.example.com, it must be https",
    "http://localhost.example.com, it must be https",
    "http://[2001:db8::1], it must be https",
    "https://app.example.com/, it has a path",
    "https://app.example.com/app, it has a path",
    "https://app.example.com?x, it is no origin",
    "https://app.example.com#x, it is no origin",
    "https://me:geheim@app.example.com, it is no origin",
    "https://app.example.com:0, it is no origin",
    "https://app.example.com:65536, it is no origin",
    "app.example.com, it is no origin",
    "null, it is no origin",
    "file:///x, it is no origin",
    "ftp://app.example.com, it is no origin",
    "https://, it is no origin",
    "'', it is no origin"
  })
  void whatBrowsersNeverSendIsNoOrigin(String text, String problem) {
    assertThatThrownBy(() -> WebOrigin.parse(text))
        .hasMessageContaining(problem)
        .hasMessageNotContaining("geheim");
  }

  @Test
  void anOriginThatIsThereTwiceIsOne() {
    assertThat(
            only("applications: { legal: { scopes: { full: a }, origins: [https://a.example,"
                    + " https://A.example:443] } }")
                .origins())
        .containsExactly("https://a.example");
  }

  private static ApplicationEntry only(String text) {
    return applications(text).values().iterator().next();
  }

  private static Map<String, ApplicationEntry> applications(String text) {
    return ConfigFile.parse(FILE, text).applications();
  }

  private static ConfigProblems assertBad(String text, String problem) {
    ConfigProblems problems = catchThrowableOfType(ConfigProblems.class, () -> applications(text));
    assertThat(problems).hasMessageContaining(problem);
    return problems;
  }
}
