package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the level of compression comes from.
class CompressionLevelTest {
  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"0", "20", "-1", "1.5", "fast", "", "100", "1 9", "99999999999"})
  void whatIsNoLevelIsRefusedWithWhatIsOne(String text) {
    assertThatExceptionOfType(BackupException.class)
        .isThrownBy(() -> CompressionLevel.parse("SETTING", text))
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
              assertThat(refused.text()).contains("SETTING", text);
              assertThat(refused.hint()).contains("from 1 (fast, the default) to 19");
            });
  }

  @Test
  void theVariableWinsOverTheFileAndEachRepositoryHasItsOwn() throws IOException {
    Files.writeString(
        directory.resolve("holdfast.yaml"),
        """
        repositories:
          main: { url: /srv/a, compressionLevel: 6 }
          second: { url: /srv/b, compressionLevel: 19 }
          third: { url: /srv/c }
        """);

    Settings ofFile = resolver(Map.of()).resolve(Flags.NONE);
    assertThat(ofFile.compression()).isEqualTo(new CompressionLevel(6));
    assertThat(second(Map.of(), "second", ofFile)).isEqualTo(new CompressionLevel(19));
    assertThat(second(Map.of(), "third", ofFile)).isEqualTo(CompressionLevel.DEFAULT);

    Map<String, String> set = Map.of(CompressionLevel.VARIABLE, "3");
    assertThat(resolver(set).resolve(Flags.NONE).compression()).isEqualTo(new CompressionLevel(3));
    assertThat(second(set, "second", ofFile)).isEqualTo(new CompressionLevel(3));
  }

  @Test
  void whereNothingIsSaidItIsTheFastest() {
    assertThat(resolver(Map.of()).resolve(Flags.NONE).compression().level()).isEqualTo(1);
  }

  private CompressionLevel second(Map<String, String> environment, String named, Settings first) {
    return resolver(environment)
        .second(Flags.NONE, named, Optional.empty(), "BACKUP_TO_", first)
        .compression();
  }

  private SettingsResolver resolver(Map<String, String> environment) {
    return new SettingsResolver(new Environment(environment), directory);
  }
}
