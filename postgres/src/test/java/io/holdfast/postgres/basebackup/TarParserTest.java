package io.holdfast.postgres.basebackup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.basebackup.TarParser.Attributes;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarParserTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  /// Writes down what the parser says, one line per event; file content by length and hash.
  private static final class Transcript implements TarParser.Handler {
    final List<String> events = new ArrayList<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    @Override
    public void directory(String name, Attributes attributes) {
      events.add("dir " + name + " " + attributes.mode());
    }

    @Override
    public void symlink(String name, String target, Attributes attributes) {
      events.add("link " + name + " -> " + target);
    }

    @Override
    public void fileBegin(String name, Attributes attributes) {
      events.add("file " + name + " " + attributes);
    }

    @Override
    public void fileData(byte[] bytes, int offset, int length) {
      content.write(bytes, offset, length);
    }

    @Override
    public void fileEnd() {
      byte[] bytes = content.toByteArray();
      events.add("end " + bytes.length + " " + Arrays.hashCode(bytes));
      content.reset();
    }
  }

  private static List<String> parse(byte[] archive, SplittableRandom random) throws IOException {
    Transcript transcript = new Transcript();
    TarParser parser = new TarParser(transcript);
    int at = 0;
    while (at < archive.length) {
      int step = Math.min(archive.length - at, 1 + random.nextInt(1500));
      parser.push(archive, at, step);
      at += step;
    }
    parser.finish();
    return transcript.events;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anArchiveReadsTheSameInPiecesOfAnySize(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    TestArchive archive = new TestArchive();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      switch (random.nextInt(3)) {
        case 0 -> {
          archive.member('5', "d" + i + "/", "", new byte[0]);
          expected.add("dir d" + i + "/ 384");
        }
        case 1 -> {
          archive.member('2', "l" + i, "/target" + i, new byte[0]);
          expected.add("link l" + i + " -> /target" + i);
        }
        default -> {
          byte[] content = new byte[random.nextInt(3000)];
          random.nextBytes(content);
          archive.member('0', "f" + i, "", content);
          expected.add(
              "file f"
                  + i
                  + " "
                  + new Attributes(content.length, 0600, 1_700_000_000L, 0145, 0150));
          expected.add("end " + content.length + " " + Arrays.hashCode(content));
        }
      }
    }
    byte[] bytes = archive.end();
    assertThat(parse(bytes, random)).isEqualTo(expected);
    // PostgreSQL 13 and 14 leave the two blocks at the end to the client.
    assertThat(parse(Arrays.copyOf(bytes, bytes.length - 1024), random)).isEqualTo(expected);
    int cut = 1 + random.nextInt(bytes.length - 1025);
    if (cut % 512 != 0) {
      assertThatThrownBy(() -> parse(Arrays.copyOf(bytes, cut), random))
          .isInstanceOf(BackupException.class);
    }
  }

  @Test
  void longNamesComeByPrefixOrBeforeTheMember() throws IOException {
    String far = "a".repeat(120);
    byte[] bytes =
        new TestArchive()
            .member('0', "name", "", new byte[0], h -> TestArchive.put(h, 345, "some/prefix"))
            .member('L', "././@LongLink", "", (far + "\0").getBytes(StandardCharsets.UTF_8))
            .member('0', "aaa", "", new byte[0])
            .member('K', "././@LongLink", "", (far + "\0").getBytes(StandardCharsets.UTF_8))
            .member('2', "link", "short", new byte[0])
            .member('x', "pax", "", ("129 path=" + far + "x\n").getBytes(StandardCharsets.UTF_8))
            .member('0', "bbb", "", new byte[0])
            .end();
    assertThat(parse(bytes, Seeds.random(1)))
        .filteredOn(event -> !event.startsWith("end"))
        .extracting(event -> event.split(" Attributes")[0])
        .containsExactly(
            "file some/prefix/name", "file " + far, "link link -> " + far, "file " + far + "x");
  }

  @Test
  void sizesOfEightGibAndMoreAreBinary() throws IOException {
    Transcript transcript = new Transcript();
    TarParser parser = new TarParser(transcript);
    byte[] header =
        new TestArchive()
            .member(
                '0',
                "big",
                "",
                new byte[0],
                h -> {
                  Arrays.fill(h, 124, 136, (byte) 0);
                  h[124] = (byte) 0x80;
                  h[131] = 3;
                })
            .out
            .toByteArray();
    parser.push(header, 0, 512);
    assertThat(transcript.events.getFirst()).contains("size=" + (3L << 32));
    assertThatThrownBy(parser::finish).isInstanceOf(BackupException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"checksum", "type", "octal", "huge", "overflow", "name", "afterwards", "paxsize"})
  void whatNoServerSendsIsAViolation(String what) {
    TestArchive archive = new TestArchive();
    byte[] bytes =
        switch (what) {
          case "checksum" -> {
            byte[] good = archive.member('0', "f", "", new byte[0]).end();
            good[3] ^= 1;
            yield good;
          }
          case "type" -> archive.member('3', "dev", "", new byte[0]).end();
          case "octal" -> archive.member('0', "f", "", new byte[0], h -> h[126] = '9').end();
          case "huge" ->
              archive
                  .member(
                      '0',
                      "f",
                      "",
                      new byte[0],
                      h -> {
                        h[124] = (byte) 0x80;
                        h[129] = 1;
                      })
                  .end();
          case "overflow" ->
              archive
                  .member(
                      '0',
                      "f",
                      "",
                      new byte[0],
                      h -> {
                        h[124] = (byte) 0x80;
                        h[125] = 1;
                      })
                  .end();
          case "name" -> archive.member('L', "x", "", new byte[70_000]).end();
          case "paxsize" ->
              archive.member('x', "x", "", "12 size=100\n".getBytes(StandardCharsets.UTF_8)).end();
          default -> {
            archive.end();
            yield archive.member('0', "f", "", new byte[0]).end();
          }
        };
    assertThatThrownBy(() -> parse(bytes, Seeds.random(1)))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", ""})
  void namesThatLeadElsewhereAreRefused(String name) {
    DigestingReceiver receiver = new DigestingReceiver(ChecksumAlgorithm.NONE);
    TarParser parser =
        new TarParser(new ArchiveEvents(receiver, new BackupReceiver.Tablespace(0, "", 0)));
    byte[] bytes = new TestArchive().member('0', name, "", new byte[0]).end();
    assertThatThrownBy(() -> parser.push(bytes, 0, bytes.length))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION));
    assertThat(receiver.metas).isEmpty();
  }

  @Test
  void filesOfATablespaceAreNamedBelowItsLink() throws IOException {
    DigestingReceiver receiver = new DigestingReceiver(ChecksumAlgorithm.NONE);
    TarParser parser =
        new TarParser(
            new ArchiveEvents(
                receiver, new BackupReceiver.Tablespace(3_000_000_000L, "/mnt/x", 0)));
    byte[] bytes =
        new TestArchive().member('0', "./PG_15_202209061/5/16384", "", new byte[8192]).end();
    parser.push(bytes, 0, bytes.length);
    assertThat(receiver.metas).containsOnlyKeys("pg_tblspc/3000000000/PG_15_202209061/5/16384");
  }
}
