package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindDetectorTest {
  private static FileKind of(byte[] first) {
    return FileKindDetector.of(first, "x", first.length);
  }

  @Test
  void ourOwnFilesAreKnown() throws IOException {
    byte[] tar = Arrays.copyOf(Sample.tar(), FileKindDetector.FIRST_BYTES);
    assertThat(of(tar)).isEqualTo(FileKind.PORTABLE_TAR);
    assertThat(of(Sample.sealed(tar, Sample.KEY, Sample.entropy()))).isEqualTo(FileKind.SEALED);
  }

  @Test
  void otherTarsAreTold() throws IOException {
    byte[] tar = Arrays.copyOf(Sample.tar(), 512);
    tar[0] = 'H';
    assertThat(of(tar)).isEqualTo(FileKind.OTHER_TAR);
    Arrays.fill(tar, 0, 100, (byte) 0);
    System.arraycopy("toc.dat".getBytes(StandardCharsets.US_ASCII), 0, tar, 0, 7);
    assertThat(of(tar)).isEqualTo(FileKind.PG_DUMP_TAR);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Salted__12345678|OPENSSL",
        "U2FsdGVkX1+abc|OPENSSL_BASE64",
        "PGDMP\u0001\u000f|PG_DUMP_CUSTOM",
        "-- PostgreSQL database dump|PLAIN_SQL",
        "SET statement_timeout = 0;|PLAIN_SQL",
        "create table x (y int);|PLAIN_SQL",
        "\\restrict abc|PLAIN_SQL",
        "\\connect x|PLAIN_SQL",
        "{ \"users\": [] }|JSON",
        "[{}]|JSON",
        "settings are here|UNKNOWN",
        "hello|UNKNOWN"
      })
  void textsAndMagicsAreKnown(String text, FileKind kind) {
    assertThat(of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(kind);
  }

  @Test
  void theErpIsKnownByNameAndLengthOnly() {
    byte[] noise = Seeds.entropy(4).bytes(200);
    assertThat(FileKindDetector.of(noise, "backup-2025-01-01T02-00-00-000Z-a1b2.enc", 200))
        .isEqualTo(FileKind.ERP_SEALED);
    assertThat(FileKindDetector.of(noise, "backup.ENC", 52)).isEqualTo(FileKind.ERP_SEALED);
    assertThat(FileKindDetector.of(noise, "backup.enc", 51)).isEqualTo(FileKind.UNKNOWN);
    assertThat(FileKindDetector.of(noise, "backup.tar.enc", 200)).isEqualTo(FileKind.UNKNOWN);
    assertThat(FileKindDetector.of(noise, "backup", 200)).isEqualTo(FileKind.UNKNOWN);
    byte[] salted = Arrays.copyOf("Salted__".getBytes(StandardCharsets.US_ASCII), 200);
    assertThat(FileKindDetector.of(salted, "dump.sql.gz.enc", 200)).isEqualTo(FileKind.OPENSSL);
  }

  @Test
  void nothingAndNoiseAreUnknown() {
    assertThat(of(new byte[0])).isEqualTo(FileKind.UNKNOWN);
    for (int seed = 0; seed < 500; seed++) {
      byte[] noise = Seeds.entropy(seed).bytes(64);
      assertThat(of(noise)).as("seed " + seed).isEqualTo(FileKind.UNKNOWN);
    }
    assertThat(of(new byte[] {0x1f, (byte) 0x8b, 8, 0})).isEqualTo(FileKind.GZIP);
  }
}
