package io.holdfast.portable.tar;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.portable.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Other programs read what is written here.
class TarTest {
  private static final Map<String, Integer> ENTRIES = entries();

  @TempDir private Path directory = Path.of("");

  private static Map<String, Integer> entries() {
    Map<String, Integer> entries = new LinkedHashMap<>();
    entries.put("holdfast.json", 5);
    entries.put("empty", 0);
    entries.put("block", 512);
    entries.put("a".repeat(100), 513);
    entries.put("b".repeat(101), 1);
    entries.put("data/\u00e4\u4e2d.json", 2000);
    for (int length = 80; length < 112; length++) {
      entries.put("\u00e4" + "c".repeat(length), 3);
    }
    entries.put(("d".repeat(200) + "/").repeat(4) + "e", 1023);
    entries.put("\u00e9".repeat(600), 7);
    return entries;
  }

  private static byte[] tar() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(out, Instant.parse("2026-11-22T14:03:06Z"));
    for (Map.Entry<String, Integer> entry : ENTRIES.entrySet()) {
      writer.entry(
          entry.getKey(), entry.getValue(), new ByteArrayInputStream(content(entry.getValue())));
    }
    writer.finish();
    return out.toByteArray();
  }

  private static byte[] content(int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) ('a' + size % 26));
    return bytes;
  }

  @Test
  void gnuTarExtractsIt() throws Exception {
    Path file = Files.write(directory.resolve("x.tar"), tar());
    Path target = Files.createDirectory(directory.resolve("out"));
    Map<String, Integer> fits = new LinkedHashMap<>(ENTRIES);
    fits.keySet().removeIf(name -> name.getBytes(StandardCharsets.UTF_8).length == 1200);
    String output =
        run(
            "tar",
            "-xf",
            file.toString(),
            "-C",
            target.toString(),
            "--exclude",
            "\u00e9".repeat(600));
    assertThat(output).isEmpty();
    for (Map.Entry<String, Integer> entry : fits.entrySet()) {
      assertThat(target.resolve(entry.getKey())).hasBinaryContent(content(entry.getValue()));
    }
  }

  @Test
  void pythonReadsIt() throws Exception {
    Path file = Files.write(directory.resolve("x.tar"), tar());
    String script =
        "import sys,tarfile\nfor m in tarfile.open(sys.argv[1]): sys.stdout.buffer.write(f'{m.name} {m.size} {int(m.mtime)}\\n'.encode())";
    String expected =
        ENTRIES.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue() + " 1795356186\n")
            .reduce("", String::concat);
    assertThat(run("python3", "-c", script, file.toString())).isEqualTo(expected);
  }

  private static String run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void itIsReadBack() throws IOException {
    byte[] tar = tar();
    TarWalk walk = new TarWalk(new Overlaid(Map.of(0L, tar), tar.length));
    Map<String, Integer> read = new LinkedHashMap<>();
    for (var next = walk.next(); next.isPresent(); next = walk.next()) {
      TarEntry entry = next.get();
      read.put(entry.name(), (int) entry.size());
      byte[] bytes =
          Arrays.copyOfRange(tar, (int) entry.position(), (int) (entry.position() + entry.size()));
      assertThat(bytes).isEqualTo(content((int) entry.size()));
    }
    assertThat(read).isEqualTo(ENTRIES);
  }

  /// Sizes around what octal digits can say, over a file whose content is not there.
  @Test
  void entriesBeyondEightGibibytesAreReadBack() throws IOException {
    for (long size : new long[] {(1L << 33) - 1, 1L << 33, (1L << 33) + 5, 3L << 40}) {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      TarWriter writer = new TarWriter(head, Instant.EPOCH);
      writer.header("large", size);
      long end = head.size() + Math.ceilDiv(size, 512L) * 512;
      ByteArrayOutputStream tail = new ByteArrayOutputStream();
      new TarWriter(tail, Instant.EPOCH).entry("small", 0, new ByteArrayInputStream(new byte[0]));
      Overlaid file =
          new Overlaid(Map.of(0L, head.toByteArray(), end, tail.toByteArray()), end + 512 + 1024);
      TarWalk walk = new TarWalk(file);
      assertThat(walk.next()).contains(new TarEntry("large", head.size(), size));
      assertThat(walk.next().map(TarEntry::name)).contains("small");
      assertThat(walk.next()).isEmpty();
    }
  }

  /// Zeros with some bytes in them.
  private record Overlaid(Map<Long, byte[]> parts, long size) implements ByteSource {
    @Override
    public int read(long position, byte[] target, int offset, int length) {
      if (position >= size) {
        return -1;
      }
      int step = (int) Math.min(length, size - position);
      for (int i = 0; i < step; i++) {
        target[offset + i] = at(position + i);
      }
      return step;
    }

    private byte at(long position) {
      for (Map.Entry<Long, byte[]> part : parts.entrySet()) {
        long in = position - part.getKey();
        if (in >= 0 && in < part.getValue().length) {
          return part.getValue()[(int) in];
        }
      }
      return 0;
    }
  }
}
