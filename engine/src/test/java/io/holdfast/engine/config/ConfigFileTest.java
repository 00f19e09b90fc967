package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static final Path FILE = Path.of("/etc/holdfast/holdfast.yaml");

  @Test
  void readsRepositoriesAndSources() {
    ConfigFile file =
        ConfigFile.parse(
            FILE,
            """
            repositories:
              main: { url: /srv/backups, keyFile: /etc/holdfast/key }
            sources:
              erp:
                url: postgresql://backup@db1/erp
                directUrl: postgresql://backup@db1:5433/erp
                repository: main
                slot: holdfast_x
                domain: erp
            """);

    assertThat(file.repositories().get("main"))
        .isEqualTo(
            new ConfigFile.RepositoryEntry(
                "/srv/backups",
                Optional.of("/etc/holdfast/key"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertThat(file.sources().get("erp"))
        .isEqualTo(
            new ConfigFile.SourceEntry(
                Optional.of("postgresql://backup@db1/erp"),
                Optional.of("postgresql://backup@db1:5433/erp"),
                Optional.of("main"),
                Optional.of("holdfast_x"),
                Optional.of("erp"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void theExamplesOfTheGuidesAreRight() throws Exception {
    Path guides = Path.of("..", "docs", "guide");
    List<String> examples = new ArrayList<>();
    for (String guide : List.of("configuration.md", "retention.md", "keys.md", "copies.md")) {
      Matcher matcher =
          Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(guides.resolve(guide)));
      while (matcher.find()) {
        examples.add(matcher.group(1));
      }
    }
    assertThat(examples)
        .hasSizeGreaterThan(5)
        .allSatisfy(example -> assertThat(ConfigFile.parse(FILE, example)).isNotNull());
  }

  @Test
  void anEmptyFileSaysNothing() {
    assertThat(ConfigFile.parse(FILE, "# nothing yet\n").repositories()).isEmpty();
  }

  @Test
  void everyProblemIsReportedWithItsLine() {
    assertBad(
        """
        repositories:
          main: { keyFile: /k }
          other: { url: /o, keyfile: /k }
        sorces: {}
        sources:
          erp: { url: [a, b] }
        """,
        "line 2: repositories.main has no url",
        "line 3: unknown key 'keyfile' in repositories.other (known: compressionLevel, keyFile,"
            + " limitDownload, limitUpload, url)",
        "line 4: unknown section 'sorces' in the file (known: applications, backupConfig,",
        "line 6: sources.erp.url must be text");
  }

  @Test
  void aSourceMayNotNameARepositoryThatIsNotThere() {
    assertBad(
        "sources: { erp: { repository: mian } }\nrepositories: { main: { url: /r } }\n",
        "line 1: sources.erp.repository: 'mian' is not defined (known: main)");
  }

  @Test
  void textThatIsNoYamlIsReportedWithItsLine() {
    assertBad("repositories:\n  main: { url: /r\n", "line 3");
    assertBad("- a\n- b\n", "line 1: the file must be a map of names to settings");
    assertBad("repositories: 5\n", "line 1: repositories must be a map");
    assertBad("sources:\n  ? [a]\n  : {}\n", "a name in sources must be text");
  }

  @Test
  void namesThatStandTwiceAreRefused() {
    assertBad("repositories:\n  main: { url: /a }\n  main: { url: /b }\n", "'main' stands twice");
  }

  @Test
  void depthAndTagsOfHostileFilesDoNoHarm() {
    assertBad("sources: " + "{a: ".repeat(100) + "1" + "}".repeat(100), "configuration file");
    assertBad("sources: !!javax.script.ScriptEngineManager [x]\n", "tag is not allowed");
  }

  @Test
  void aFileThatIsMissingOrTooLargeOrNotTextIsRefused(@TempDir Path directory) throws Exception {
    assertBadFile(directory.resolve("none.yaml"), "cannot be read");
    Path large = directory.resolve("large.yaml");
    Files.write(large, new byte[(1 << 20) + 1]);
    assertBadFile(large, "more than 1048576 bytes");
    Path binary = directory.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertBadFile(binary, "cannot be read");
  }

  private static void assertBad(String text, String... problems) {
    assertThatThrownBy(() -> ConfigFile.parse(FILE, text))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problems).contains(FILE.toString());
            });
  }

  private static void assertBadFile(Path file, String problem) {
    assertThatThrownBy(() -> ConfigFile.read(file, ConfigFile.DEFAULT_ZONE))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(e.text()).contains(problem, file.toString());
            });
  }
}
