package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.holdfast.base.BackupException;
import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Files changed at random, with sums made to fit again where that gets further in: they are read,
/// or an understood error says what is wrong. Nothing fails otherwise, hangs, or takes much memory.
class PortableFuzzTest {
  private static final int CHANGED = Seeds.thorough() ? 200_000 : 10_000;
  private static final long MEMORY_BYTES = 8 << 20;

  private enum Outcome {
    READ,
    REFUSED
  }

  @Test
  void changedTarsAreReadOrRefused() throws IOException {
    byte[] tar = Sample.tar();
    Map<Outcome, Integer> outcomes = run(random -> mutated(tar, random));
    assertThat(outcomes).containsKey(Outcome.REFUSED);
  }

  @Test
  void changedManifestsAreReadOrRefused() throws IOException {
    TarParts parts = TarParts.of(Sample.tar());
    byte[] manifest = parts.bytes("manifest.json");
    Map<Outcome, Integer> outcomes =
        run(
            random -> {
              parts.entries().put("manifest.json", mutated(manifest, random));
              return parts.summed().tar();
            });
    assertThat(outcomes)
        .as("a changed name of a type or of the tool cannot be noticed here")
        .containsKeys(Outcome.READ, Outcome.REFUSED);
  }

  @Test
  void changedRowsAreReadOrRefused() throws IOException {
    TarParts parts = TarParts.of(Sample.tar());
    String manifest = parts.text("manifest.json");
    byte[] rows = parts.bytes("data/users.json");
    String before = ",\"bytes\":" + rows.length + ",\"sha256\":\"" + Sha256.of(rows);
    assertThat(manifest).contains(before);
    Map<Outcome, Integer> outcomes =
        run(
            random -> {
              byte[] changed = mutated(rows, random);
              String after = ",\"bytes\":" + changed.length + ",\"sha256\":\"" + Sha256.of(changed);
              parts.entries().put("data/users.json", changed);
              parts
                  .entries()
                  .put(
                      "manifest.json",
                      manifest.replace(before, after).getBytes(StandardCharsets.UTF_8));
              return parts.summed().tar();
            });
    assertThat(outcomes).containsKey(Outcome.REFUSED);
  }

  @FunctionalInterface
  private interface Change {
    byte[] next(SplittableRandom random) throws IOException;
  }

  private static Map<Outcome, Integer> run(Change change) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = Seeds.random(Long.getLong("holdfast.seed", 42));
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int i = 0; i < CHANGED; i++) {
      byte[] file = change.next(random);
      long before = threads.getCurrentThreadAllocatedBytes();
      outcomes.merge(read(file), 1, Integer::sum);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("bytes taken by change " + i)
          .isLessThan(MEMORY_BYTES);
    }
    return outcomes;
  }

  private static Outcome read(byte[] file) throws IOException {
    try {
      new Verification(TarParts.source(file), PortableReading.plain()).verify();
      return Outcome.READ;
    } catch (BackupException e) {
      assertThat(e.code().name()).startsWith("FILE_");
      assertThat(e.text()).isNotBlank().hasSizeLessThan(500);
      return Outcome.REFUSED;
    }
  }

  /// One to three changes: bits, ranges that are copied, removed or doubled, digits, hostile words.
  private static byte[] mutated(byte[] from, SplittableRandom random) {
    List<String> words =
        List.of(
            "\"",
            "\\",
            "{",
            "}",
            "[",
            "]",
            ",",
            "null",
            "-1",
            "99999999999",
            "\\u0000",
            "\n",
            "../",
            "\0");
    byte[] bytes = from.clone();
    for (int i = random.nextInt(3); i >= 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      int length = random.nextInt(Math.min(600, bytes.length - at) + 1);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes = spliced(bytes, at, at + length, new byte[0]);
        case 2 -> bytes = spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
        case 3 ->
            bytes =
                spliced(
                    bytes,
                    at,
                    at + random.nextInt(2),
                    words.get(random.nextInt(words.size())).getBytes(StandardCharsets.UTF_8));
        default -> bytes[at] = (byte) ('0' + random.nextInt(10));
      }
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] with) {
    byte[] out = new byte[bytes.length - (Math.min(to, bytes.length) - from) + with.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(
        bytes,
        Math.min(to, bytes.length),
        out,
        from + with.length,
        out.length - from - with.length);
    return out;
  }
}
