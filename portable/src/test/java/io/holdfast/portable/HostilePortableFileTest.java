package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that somebody changed, by accident or on purpose. Each is refused and the message says
/// why; nothing of it is handed out.
class HostilePortableFileTest {
  private static final String USERS = "data/users.json";
  private static final String MANIFEST = "manifest.json";

  @TempDir private Path directory = Path.of("");

  private final TarParts parts = sample();

  private static TarParts sample() {
    try {
      return TarParts.of(Sample.tar());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// Opens it and reads nothing: what is wrong must be found before.
  private void verify(byte[] file) throws IOException {
    Path path = directory.resolve("file");
    Files.write(path, file);
    PortableReader.open(path, null, PortableReading.plain()).close();
  }

  private void assertRefused(byte[] file, String... words) {
    assertThatThrownBy(() -> verify(file))
        .isInstanceOfSatisfying(
            PortableFileException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_CORRUPT);
              assertThat(e.text()).contains(words).startsWith(directory.resolve("file") + ": ");
            });
  }

  @Test
  void theSampleItselfIsGood() throws IOException {
    assertThat(parts.tar()).isEqualTo(Sample.tar());
    assertThat(Sample.rows(directory, Sample.tar(), null).get("users"))
        .isEqualTo(Sample.ROWS.stream().map(Row::new).toList());
  }

  @Test
  void everySingleChangedByteIsNoticed() throws IOException {
    byte[] tar = Sample.tar();
    for (int i = 0; i < tar.length; i++) {
      byte[] changed = tar.clone();
      changed[i] ^= (byte) (1 << (i % 8));
      assertThatThrownBy(() -> verify(changed))
          .as("byte " + i)
          .isInstanceOf(PortableFileException.class);
    }
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    byte[] tar = Sample.tar();
    for (int length = 0; length < tar.length; length += length < 2048 ? 1 : 37) {
      byte[] shorter = Arrays.copyOf(tar, length);
      assertThatThrownBy(() -> verify(shorter))
          .as(length + " bytes")
          .isInstanceOf(PortableFileException.class);
    }
    assertRefused(Arrays.copyOf(tar, tar.length + 512), "512 bytes were appended");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "data/../../evil",
        "/etc/passwd",
        "data//x.json",
        "data/./x.json",
        "C:evil",
        "a\\b",
        "data/x\ny",
        "data/"
      })
  void namesThatLeadElsewhereAreCalledUnsafe(String name) throws IOException {
    Map<String, byte[]> with = new LinkedHashMap<>();
    parts
        .entries()
        .forEach(
            (entry, bytes) -> {
              if (entry.equals(MANIFEST)) {
                with.put(name, new byte[3]);
              }
              with.put(entry, bytes);
            });
    assertRefused(new TarParts(with).tar(), "unsafe name");
  }

  @ParameterizedTest
  @CsvSource({
    "1, hard link",
    "2, symbolic link",
    "3, device",
    "4, device",
    "5, directory",
    "6, pipe",
    "7, type 55",
    "g, type 103",
    "L, type 76",
    "K, type 75",
    "S, type 83"
  })
  void onlyFilesMayBeInIt(char type, String word) throws IOException {
    byte[] tar = Sample.tar();
    int header = indexOf(tar, USERS);
    tar[header + 156] = (byte) type;
    assertRefused(summedHeader(tar, header), word, USERS);
  }

  @Test
  void otherFieldsOfAHeaderAreRefused() throws IOException {
    for (int at : List.of(157, 200, 257, 262, 263, 265, 300, 345, 499, 511)) {
      byte[] tar = Sample.tar();
      int header = indexOf(tar, USERS);
      tar[header + at] ^= 1;
      assertRefused(summedHeader(tar, header), "header 2 of its tar");
    }
    byte[] tar = Sample.tar();
    int header = indexOf(tar, USERS);
    tar[header + 99] = 'x';
    assertRefused(summedHeader(tar, header), "fields that this format does not have");
  }

  @Test
  void anEntryLargerThanTheFileIsNotBelieved() throws IOException {
    byte[] tar = Sample.tar();
    int header = indexOf(tar, USERS);
    System.arraycopy("77777777777".getBytes(StandardCharsets.US_ASCII), 0, tar, header + 124, 11);
    assertRefused(summedHeader(tar, header), "8589934591 bytes", "cut off");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12 path=abc\n",
        "13 path=abc\n1",
        "9999 path=\n",
        "12 mtime=12\n",
        "16 linkpath=ab\n",
        "11 size=-1\n",
        "12 size=010\n",
        "99999999999 path=a\n",
        "path=a\n",
        "11 path=ab\n11 path=ab\n",
        "25 size=9999999999999999\n",
        "11 size=12\n11 path=ab\n"
      })
  void otherPaxRecordsAreRefused(String records) throws IOException {
    assertRefused(withPax(records.getBytes(StandardCharsets.UTF_8)), "pax header");
  }

  private byte[] withPax(byte[] records) throws IOException {
    byte[] tar = Sample.tar();
    int at = indexOf(tar, USERS);
    int length = 512 + Math.ceilDiv(records.length, 512) * 512;
    byte[] result = new byte[tar.length + length];
    System.arraycopy(tar, 0, result, 0, at);
    System.arraycopy(tar, at, result, at, 512);
    Arrays.fill(result, at, at + 100, (byte) 0);
    System.arraycopy("PaxHeader".getBytes(StandardCharsets.US_ASCII), 0, result, at, 9);
    byte[] size = "%011o".formatted(records.length).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(size, 0, result, at + 124, 11);
    result[at + 156] = 'x';
    summedHeader(result, at);
    System.arraycopy(records, 0, result, at + 512, records.length);
    System.arraycopy(tar, at, result, at + length, tar.length - at);
    return result;
  }

  @Test
  void hugePaxHeadersAreRefusedUnread() throws IOException {
    assertRefused(withPax(new byte[5000]), "pax header", "5000 bytes");
  }

  @Test
  void anEntryThatIsThereTwiceIsRefused() throws IOException {
    byte[] tar = Sample.tar();
    int from = indexOf(tar, USERS);
    int to = indexOf(tar, "PaxHeader");
    byte[] twice = new byte[tar.length + to - from];
    System.arraycopy(tar, 0, twice, 0, to);
    System.arraycopy(tar, from, twice, to, tar.length - from);
    assertRefused(twice, "'data/users.json' twice");
  }

  @Test
  void twoTablesOfOneNameInAnotherCaseAreRefused() throws IOException {
    Map<String, byte[]> with = new LinkedHashMap<>();
    parts
        .entries()
        .forEach(
            (name, bytes) -> {
              with.put(name, bytes);
              if (name.equals(USERS)) {
                with.put("data/Users.json", bytes);
              }
            });
    assertRefused(new TarParts(with).tar(), "'data/Users.json' twice");
  }

  @Test
  void whatTheManifestDoesNotNameIsRefused() throws IOException {
    Map<String, byte[]> with = new LinkedHashMap<>();
    parts
        .entries()
        .forEach(
            (name, bytes) -> {
              if (name.equals(MANIFEST)) {
                with.put("data/extra.json", "[\n]\n".getBytes(StandardCharsets.US_ASCII));
              }
              with.put(name, bytes);
            });
    assertRefused(new TarParts(with).tar(), "'data/extra.json'", "does not name");
  }

  @Test
  void whatTheManifestNamesMustBeThere() throws IOException {
    parts.entries().remove(USERS);
    assertRefused(parts.tar(), "'data/users.json' is missing");
  }

  @Test
  void aChangedManifestDoesNotMatchItsSum() throws IOException {
    assertRefused(
        parts.replace(MANIFEST, "\"scopeId\":\"42\"", "\"scopeId\":\"43\"").tar(),
        "does not match manifest.sha256");
  }

  static Stream<List<String>> manifestChanges() {
    return Stream.of(
        List.of("\"records\":3", "\"records\":4", "has 3 rows, and 4 by the manifest"),
        List.of("\"records\":3", "\"records\":-3", "where a count should be"),
        List.of("\"records\":3", "\"records\":3.0", "where a count should be"),
        List.of("\"records\":3", "\"records\":9007199254740992", "where a count should be"),
        List.of("\"records\":3", "\"records\":\"3\"", "no number"),
        List.of("\"records\":3,", "", "lacks the field 'records'"),
        List.of("\"records\":3", "\"records\":3,\"records\":3", "a field twice: 'records'"),
        List.of("\"records\":3", "\"records\":3,\"y\":1", "unknown field: 'y'"),
        List.of("\"name\":\"active\"", "\"name\":\"actif\"", "not the columns of the manifest"),
        List.of("\"name\":\"active\"", "\"name\":\"id\"", "bad entry for table 'users'"),
        List.of(
            "{\"name\":\"active\",\"type\":\"boolean\"},", "", "not the columns of the manifest"),
        List.of(",{\"name\":\"tags\",\"type\":\"text[]\"}", "", "more columns than the manifest"),
        List.of("\"file\":\"data/users.json\"", "\"file\":\"data/../x\"", "bad entry for table"),
        List.of("\"name\":\"users\"", "\"name\":\"../users\"", "bad entry for table"),
        List.of("\"name\":\"empty\"", "\"name\":\"full\"", "bad entry for asset"),
        List.of("\"kind\":\"tenant\"", "\"kind\":\"dump\"", "says something else"),
        List.of("\"version\":1", "\"version\":2", "another format or version"),
        List.of("\"value\":\"2\"", "\"value\":\"two\"", "no number where a sequence stands"),
        List.of("\"value\":\"2\"", "\"value\":\"9223372036854775808\"", "no number"),
        List.of("[\"CH\"]", "[\"CH\",\"x\"]", "other columns than it says"),
        List.of("\"called\":true", "\"called\":1", "'false'"),
        List.of("[\"CH\"]", "[[[[[[[[]]]]]]]]", "lacks a '\"'"),
        List.of("]\n}\n", "]\n}\n{}", "goes on behind its end"),
        List.of("]\n}\n", "]\n", "was cut off"));
  }

  @ParameterizedTest
  @MethodSource("manifestChanges")
  void aManifestThatWasChangedOnPurposeIsRefusedToo(List<String> change) throws IOException {
    parts.replace(MANIFEST, change.get(0), change.get(1)).summed();
    assertRefused(parts.tar(), change.get(2));
  }

  @Test
  void fieldsOfOthersAreIgnoredByTheirPrefix() throws IOException {
    parts
        .replace(MANIFEST, "\"records\":3", "\"x-note\":{\"a\":[1,null,true,\"b\"]},\"records\":3")
        .replace(MANIFEST, "\"version\":1", "\"version\":1,\"x-1\":-1.5e3")
        .summed();
    assertThat(Sample.rows(directory, parts.tar(), null)).containsKey("users");

    parts.replace(MANIFEST, "-1.5e3", "[".repeat(9) + "]".repeat(9)).summed();
    assertRefused(parts.tar(), "nested too deeply");
  }

  @Test
  void aNewerVersionIsNamedBeforeAnythingElseIsRead() throws IOException {
    parts.replace("holdfast.json", "\"version\":1", "\"version\":7,\"new\":[]");
    parts.entries().put(USERS, new byte[7]);
    assertThatThrownBy(() -> Sample.rows(directory, parts.tar(), null))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_TOO_NEW);
              assertThat(e.text()).contains("version 7");
            });
  }

  static Stream<List<String>> rowChanges() {
    return Stream.of(
        List.of("[\n", "[\n\n", "was cut off"),
        List.of("[\n", "{\n", "does not begin with a line '['"),
        List.of("}\n]\n", "},\n]\n", "ends where another row should follow"),
        List.of("},\n", "}\n", "without a comma"),
        List.of("]\n", "]\n]\n", "goes on behind its end"),
        List.of("]\n", "]", "was cut off"),
        List.of("\"id\":1", "\"id\":[1]", "no number"),
        List.of("\"active\":true", "\"active\":1", "'false'"),
        List.of("\"balance\":\"0.00\"", "\"balance\":0.00", "where a text should be"),
        List.of("\"tags\":\"{}\"", "\"tags\":\"{}\",\"more\":1", "more columns"),
        List.of("\"tags\":\"{}\"}", "\"tags\":\"{}\"} ", "other rows"),
        List.of("ann@", "\\ud800@", "surrogates"),
        List.of("ann@", "\\q@", "unknown escape"),
        List.of("ann@", "\t@", "control character"));
  }

  @ParameterizedTest
  @MethodSource("rowChanges")
  void rowsThatAreNoneAreRefused(List<String> change) throws IOException {
    String before = parts.text(USERS);
    int at = before.indexOf(change.get(0));
    assertThat(at).isNotNegative();
    String after =
        before.substring(0, at) + change.get(1) + before.substring(at + change.get(0).length());
    resized(before, after);
    assertRefused(parts.tar(), change.get(2));
  }

  /// Puts other rows in, and makes the manifest agree as far as sums of bytes go.
  private void resized(String before, String after) {
    byte[] old = before.getBytes(StandardCharsets.UTF_8);
    byte[] fresh = after.getBytes(StandardCharsets.UTF_8);
    parts.entries().put(USERS, fresh);
    parts
        .replace(
            MANIFEST,
            ",\"bytes\":" + old.length + ",\"sha256\":\"" + Sha256.of(old),
            ",\"bytes\":" + fresh.length + ",\"sha256\":\"" + Sha256.of(fresh))
        .summed();
  }

  @Test
  void otherRowsWithTheRightNumberAreNoticedByTheirSum() throws IOException {
    String before = parts.text(USERS);
    resized(before, before.replace("ann@", "bob@"));
    assertRefused(parts.tar(), "other rows than the manifest says");
  }

  @Test
  void aSizeThatIsNotThatOfTheManifestIsRefusedUnread() throws IOException {
    parts.entries().put(USERS, Arrays.copyOf(parts.bytes(USERS), 600));
    assertRefused(parts.tar(), "has 600 bytes, and ", "by the manifest");
  }

  @Test
  void limitsOfTheReaderAreKept() throws IOException {
    Path file = directory.resolve("file");
    Files.write(file, Sample.tar());
    for (PortableLimits limits :
        List.of(new PortableLimits(6, 1 << 20, 1 << 20), new PortableLimits(10, 100, 1 << 20))) {
      PortableReading reading = new PortableReading(limits, Progress.NONE, new Cancellation());
      assertThatThrownBy(() -> PortableReader.open(file, null, reading))
          .isInstanceOfSatisfying(
              BackupException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_BEYOND_LIMIT));
    }
  }

  @Test
  void aRowBeyondTheLimitIsNotHeld() throws IOException {
    Path file = directory.resolve("long");
    try (var out = Files.newOutputStream(file)) {
      PortableWriter writer =
          new PortableWriter(out, Sample.ORIGIN, new Spool(directory, Sample.entropy()));
      try (TableWriter table =
          writer.table("t", new TableName("s", "t"), List.of(new Column("c", "text")))) {
        table.row(Sample.row("x".repeat(300_000)));
        table.finish();
      }
      writer.finish();
    }
    PortableReader.open(file, null, PortableReading.plain()).close();
    PortableReading reading =
        new PortableReading(
            new PortableLimits(10, 1 << 20, 100_000), Progress.NONE, new Cancellation());
    assertThatThrownBy(() -> PortableReader.open(file, null, reading))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.FILE_BEYOND_LIMIT);
              assertThat(e.text()).contains("data/t.json");
            });
  }

  @Test
  void aFileThatChangesBetweenTheReadingsIsNoticed() throws IOException {
    Path file = directory.resolve("file");
    Files.write(file, Sample.tar());
    try (PortableReader reader = PortableReader.open(file, null, PortableReading.plain())) {
      byte[] other = Sample.tar();
      other[indexOf(other, "ann@")] = 'A';
      Files.write(file, other);
      ExportedTable users = reader.manifest().findTable("users").orElseThrow();
      assertThatThrownBy(() -> reader.readTable(users, _ -> {}))
          .isInstanceOf(PortableFileException.class)
          .hasMessageContaining("changed while the file was read");
    }
  }

  @Test
  void aSealedFileNeedsItsKey() throws IOException {
    byte[] sealed = Sample.sealed(Sample.tar(), Sample.KEY, Sample.entropy());
    assertThat(Sample.rows(directory, sealed, Sample.KEY)).containsKey("users");
    assertThatThrownBy(() -> Sample.rows(directory, sealed, null))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_MISSING));
    assertThatThrownBy(() -> Sample.rows(directory, sealed, Sample.key(8)))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_KEY_WRONG));
  }

  @Test
  void aPlainFileDoesNotPassForASealedOne() throws IOException {
    byte[] plain = Sample.tar();
    assertThatThrownBy(() -> Sample.rows(directory, plain, Sample.KEY))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_KIND_UNKNOWN))
        .hasMessageContaining("not encrypted");
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  private static byte[] summedHeader(byte[] tar, int header) {
    Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = header; i < header + 512; i++) {
      sum += tar[i] & 0xff;
    }
    System.arraycopy(
        "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII), 0, tar, header + 148, 8);
    return tar;
  }
}
