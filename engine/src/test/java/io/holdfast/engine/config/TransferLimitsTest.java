package io.holdfast.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransferLimitsTest {
  @TempDir private Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "20MiB,20971520",
    "20 MiB/s,20971520",
    "1.5MB,1500000",
    "500K,512000",
    "500k,512000",
    "100kB,100000",
    "100KB,100000",
    "1G,1073741824",
    "1000000,1000000",
    "16384B,16384"
  })
  void readsRates(String text, long bytes) {
    assertThat(TransferLimits.parse("--limit-upload", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "fast", "-1", "0", "16383", "1KiB", "20Mbit", "1e9", "9999999999999G"})
  void refusesWhatIsNone(String text) {
    BackupException refused =
        catchThrowableOfType(
            BackupException.class, () -> TransferLimits.parse("--limit-upload", text));
    assertThat(refused.code()).isEqualTo(ErrorCode.BAD_ARGUMENT);
    assertThat(refused.text()).contains("--limit-upload");
    assertThat(refused.hint()).contains("20MiB");
  }

  @Test
  void theCommandLineWinsOverTheFile() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("holdfast.yaml"),
            "repositories: {main: {url: /srv/b, limitUpload: 1MiB, limitDownload: 2MiB}}\n");
    var resolver = new SettingsResolver(new Environment(Map.of()), directory);

    Settings settings =
        resolver.resolve(new Flags(null, null, file.toString(), null, null, null, null, "3MiB"));
    assertThat(settings.limits())
        .isEqualTo(new TransferLimits(OptionalLong.of(1 << 20), OptionalLong.of(3 << 20)));
    assertThat(
            new SettingsResolver(new Environment(Map.of()), Path.of("/none")).resolve(Flags.NONE))
        .extracting(Settings::limits)
        .isEqualTo(TransferLimits.NONE);
  }
}
