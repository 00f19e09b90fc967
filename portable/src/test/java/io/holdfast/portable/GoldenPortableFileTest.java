package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Secret;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.seal.SealKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files as version 1 writes them, kept for ever. What is written today with the same random bytes
/// is the same byte for byte; a change of bytes is a new version with golden files of its own, and
/// these stay. `-Dholdfast.write-golden=true` makes those that are not there.
class GoldenPortableFileTest {
  private static final Path RESOURCES = Path.of("src/test/resources/io/holdfast/portable");
  private static final SealKey WORDS = new SealKey.Passphrase(new Secret("correct horse"));

  @TempDir private Path directory = Path.of("");

  enum Golden {
    TAR("golden-v1.tar"),
    KEY("golden-v1-key.tar.enc"),
    PASSPHRASE("golden-v1-passphrase.tar.enc");

    private final String name;

    Golden(String name) {
      this.name = name;
    }

    Path file() {
      return RESOURCES.resolve(name);
    }

    @Nullable SealKey key() {
      return switch (this) {
        case TAR -> null;
        case KEY -> Sample.KEY;
        case PASSPHRASE -> WORDS;
      };
    }

    byte[] written() throws IOException {
      byte[] tar = Sample.tar();
      SealKey key = key();
      return key == null ? tar : Sample.sealed(tar, key, Seeds.entropy(11));
    }
  }

  static Stream<Golden> goldens() {
    return Stream.of(Golden.values());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theSameBytesAreWritten(Golden golden) throws IOException {
    if (Boolean.getBoolean("holdfast.write-golden") && Files.notExists(golden.file())) {
      Files.write(golden.file(), golden.written());
    }
    assertThat(golden.written()).isEqualTo(Files.readAllBytes(golden.file()));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theyAreReadForEver(Golden golden) throws IOException {
    var rows = Sample.rows(directory, Files.readAllBytes(golden.file()), golden.key());
    assertThat(rows.get("users")).isEqualTo(Sample.ROWS.stream().map(Row::new).toList());
    assertThat(rows.get("auditLogs")).isEmpty();
    try (PortableReader reader =
        PortableReader.open(golden.file(), golden.key(), PortableReading.plain())) {
      Manifest manifest = reader.manifest();
      assertThat(manifest.origin()).isEqualTo(Sample.ORIGIN);
      assertThat(manifest.assets())
          .extracting(ExportedAsset::name)
          .containsExactly("../r\u00e4tsel/a.mp3", "empty");
      assertThat(manifest.references().getFirst().keys().getFirst().values()).containsExactly("CH");
      assertThat(manifest.sequences())
          .containsExactly(new SequenceValue(new TableName("public", "users_id_seq"), 2, true));
    }
  }
}
