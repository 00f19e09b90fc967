package io.holdfast.engine.tenant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssetHeadersTest {
  private static final Map<String, String> PDF =
      Map.of("content-type", "application/pdf", "x-amz-meta-title", "Käse\tund\nBrot");

  @Test
  void whatIsWrittenIsRead() throws IOException {
    AssetHeaders headers = new AssetHeaders();
    headers.add("a/é 1", PDF);
    headers.add("nothing", Map.of());
    headers.add("b", Map.of("content-type", "text/plain"));
    headers.add("c", PDF);

    AssetHeaders read = read(written(headers), "a/é 1", "b", "nothing");

    assertThat(read.of(path("a/é 1"))).isEqualTo(PDF);
    assertThat(read.of(path("b"))).isEqualTo(Map.of("content-type", "text/plain"));
    assertThat(read.of(path("nothing"))).isEmpty();
    assertThat(read.of(path("c"))).as("what nobody wants").isEmpty();
  }

  @Test
  void memoryHasALimit() {
    AssetHeaders headers = new AssetHeaders();
    String text = "x".repeat(8_000);
    for (int i = 0; i < 5_000; i++) {
      headers.add("key " + i, Map.of("x-amz-meta-a", (10_000 + i) + text));
    }
    headers.add("one more", Map.of("x-amz-meta-a", 10_000 + text));

    assertThat(headers.leftOut()).isEqualTo(5_000 - (32 << 20) / (12 + 5 + 8_000));
    assertThat(headers.of("one more")).as("what is known costs nothing").isNotEmpty();
  }

  @Test
  void aLongValueIsLeftOut() {
    AssetHeaders headers = new AssetHeaders();
    headers.add("a", Map.of("content-type", "x".repeat(10_000)));
    assertThat(headers.leftOut()).isEqualTo(1);
    assertThat(headers.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\n", "YQ==\tcontent-type\n", "YQ==\tcontent-type\t%\n"})
  void damagedLinesAreRefused(String lines) {
    assertThatThrownBy(() -> read(lines.getBytes(UTF_8), "a"))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT));
  }

  @Test
  void aLineHasALimit() {
    assertThatThrownBy(() -> read(new byte[65 << 10], "a")).isInstanceOf(BackupException.class);
  }

  private static byte[] written(AssetHeaders headers) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    headers.writeTo(bytes::write);
    return bytes.toByteArray();
  }

  /// In pieces of few bytes.
  private static AssetHeaders read(byte[] bytes, String... keys) {
    AssetHeaders headers = new AssetHeaders();
    Set<String> paths = new HashSet<>();
    for (String key : keys) {
      paths.add(path(key));
    }
    AssetHeaders.Lines lines = new AssetHeaders.Lines(headers, "docs", paths);
    for (int at = 0; at < bytes.length; at += 3) {
      lines.take(bytes, at, Math.min(3, bytes.length - at));
    }
    lines.end();
    return headers;
  }

  private static String path(String key) {
    return TenantPaths.asset("docs", key);
  }
}
