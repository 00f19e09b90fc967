package io.holdfast.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.Invariant;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.json.JsonText;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written is read again, whatever it is.
class PortableRoundTripTest {
  private static final List<String> TYPES =
      List.of(
          "boolean",
          "smallint",
          "integer",
          "bigint",
          "real",
          "double precision",
          "numeric",
          "text",
          "bytea",
          "jsonb",
          "text[]",
          "my_domain");
  private static final List<String> HOSTILE =
      List.of(
          "",
          "t",
          "f",
          "null",
          "NULL",
          "\\N",
          "{}",
          "]",
          "[",
          "},",
          "]\n",
          "0",
          "-0",
          "01",
          "1e5",
          "1E+308",
          "NaN",
          "-Infinity",
          "1.",
          ".5",
          "-",
          "+1",
          "99999999999999999999",
          "\"",
          "\\",
          "\\\"",
          "\r\n",
          "\u0000",
          "\u001f",
          "\u007f",
          "\u0080",
          "\u2028",
          "\ufeff",
          "\uffff",
          "\ud83d\ude00",
          "\\u0041",
          "true",
          " 1",
          "1 ",
          "../../etc/passwd",
          "<script>",
          "%s%n",
          "\t",
          "a,b",
          "x".repeat(5000));

  @TempDir private Path directory = Path.of("");

  static LongStream seeds() {
    return Seeds.stream();
  }

  private record Table(List<Column> columns, List<Row> rows) {}

  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void anyRowsComeBack(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    Map<String, Table> tables = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      tables.put("t" + i, table(random));
    }
    Path file = directory.resolve("file");
    PortableWriter.Written written;
    try (SealedOutputStream out =
        new SealedOutputStream(Files.newOutputStream(file), Sample.KEY, Seeds.entropy(seed))) {
      written = write(out, tables, new Spool(directory, Seeds.entropy(seed + 1), 10_000));
      out.finish();
    }

    try (PortableReader reader = PortableReader.open(file, Sample.KEY, PortableReading.plain())) {
      assertThat(reader.manifest()).isEqualTo(written.manifest());
      for (ExportedTable table : reader.manifest().tables()) {
        List<Row> rows = new ArrayList<>();
        reader.readTable(table, rows::add);
        Table expected = Objects.requireNonNull(tables.get(table.name()));
        assertThat(rows).isEqualTo(expected.rows());
        assertThat(table.columns()).isEqualTo(expected.columns());
        assertThat(table.records()).isEqualTo(rows.size());
      }
    }
    try (var left = Files.list(directory)) {
      assertThat(left).as("nothing of the spool is left").containsExactly(file);
    }
  }

  private static PortableWriter.Written write(
      OutputStream out, Map<String, Table> tables, Spool spool) throws IOException {
    PortableWriter writer = new PortableWriter(out, Sample.ORIGIN, spool);
    for (Map.Entry<String, Table> table : tables.entrySet()) {
      try (TableWriter rows =
          writer.table(
              table.getKey(), new TableName("s", table.getKey()), table.getValue().columns())) {
        for (Row row : table.getValue().rows()) {
          rows.row(row.values());
        }
        rows.finish();
      }
    }
    return writer.finish();
  }

  private static Table table(SplittableRandom random) {
    List<Column> columns = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      String name = i == 1 ? "\"; drop -- \u00e9\n" : "c" + i;
      columns.add(new Column(name, TYPES.get(random.nextInt(TYPES.size()))));
    }
    List<Row> rows = new ArrayList<>();
    for (int i = random.nextInt(3) == 0 ? 0 : random.nextInt(300); i > 0; i--) {
      List<@Nullable String> values = new ArrayList<>();
      columns.forEach(_ -> values.add(value(random)));
      rows.add(new Row(values));
    }
    return new Table(columns, rows);
  }

  private static @Nullable String value(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> null;
      case 1 -> Long.toString(random.nextLong() >> random.nextInt(64));
      case 2 -> HOSTILE.get(random.nextInt(HOSTILE.size()));
      default -> {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
          int character = random.nextInt(random.nextInt(3) == 0 ? 0x110000 : 0x180);
          text.appendCodePoint(character >= 0xd800 && character < 0xe000 ? ' ' : character);
        }
        yield text.toString();
      }
    };
  }

  /// Whether it is JSON is not for our own parser to say.
  @ParameterizedTest(name = "seed={0}")
  @MethodSource("seeds")
  void anotherProgramReadsTheRows(long seed) throws IOException, InterruptedException {
    SplittableRandom random = Seeds.random(seed);
    Map<String, Table> tables = new LinkedHashMap<>();
    for (int i = 0; i < 6; i++) {
      tables.put("t" + i, table(random));
    }
    Path file = directory.resolve("file.tar");
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out, tables, new Spool(directory, Seeds.entropy(seed)));
    }
    String script =
        """
        import json, sys, tarfile
        tar = tarfile.open(sys.argv[1])
        manifest = json.load(tar.extractfile('manifest.json'))
        for table in manifest['tables']:
            rows = json.load(tar.extractfile(table['file']), parse_int=str, parse_float=str)
            assert len(rows) == table['records']
            names = [column['name'] for column in table['columns']]
            assert all(list(row) == names for row in rows)
            text = [v for row in rows for v in row.values() if isinstance(v, str)]
            print(table['name'], len(rows), sum(len(v) for v in text))
        """;
    Process process =
        new ProcessBuilder("python3", "-c", script, file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    StringBuilder expected = new StringBuilder();
    tables.forEach(
        (name, table) ->
            expected.append(name + " " + table.rows().size() + " " + characters(table) + "\n"));
    assertThat(output).isEqualTo(expected.toString());
    assertThat(process.waitFor()).isZero();
  }

  /// Of all values but true, false and null.
  private static int characters(Table table) {
    int total = 0;
    for (Row row : table.rows()) {
      for (int i = 0; i < table.columns().size(); i++) {
        String value = row.values().get(i);
        boolean word =
            value == null
                || (table.columns().get(i).form() == Column.Form.BOOLEAN
                    && (value.equals("t") || value.equals("f")));
        total += word ? 0 : value.codePointCount(0, value.length());
      }
    }
    return total;
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0", "12", "1.5", "-1.25e+10", "1E5", "1e-7", "0.0"})
  void numbersOfJsonAreNumbers(String text) {
    assertThat(JsonText.isNumber(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "01",
        "-01",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "NaN",
        "Infinity",
        " 1",
        "1 ",
        "0x1",
        "1,0",
        "\u0661"
      })
  void allElseIsText(String text) {
    assertThat(JsonText.isNumber(text)).isFalse();
  }

  @Test
  void valuesAreWrittenAsTheFormatSays() throws IOException {
    TarParts parts = TarParts.of(Sample.tar());
    assertThat(parts.text("data/users.json"))
        .isEqualTo(
            """
            [
            {"id":1,"e-mail \\"x\\"":"ann@example.org","active":true,"balance":"12.50","ratio":0.1,\
            "photo":"\\\\x89504e47","tags":"{a,\\"b c\\"}"},
            {"id":2,"e-mail \\"x\\"":"\\"quoted\\"\\\\\\n\\t\\u0001\\u007f \u00e9\u4e2d\ud83d\ude00","active":false,\
            "balance":"0.00","ratio":"NaN","photo":null,"tags":"{}"},
            {"id":null,"e-mail \\"x\\"":null,"active":null,"balance":null,"ratio":null,"photo":null,"tags":null}
            ]
            """);
    assertThat(parts.text("data/auditLogs.json")).isEqualTo("[\n]\n");
    assertThat(parts.entries().keySet())
        .containsExactly(
            "holdfast.json",
            "data/users.json",
            "assets/audio/%2E%2E/r\u00e4tsel/a.mp3",
            "data/auditLogs.json",
            "assets/audio/empty",
            "manifest.json",
            "manifest.sha256");
  }

  @Test
  void theNameTellsTheTimeAndTheChecksumOfTheTar() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PortableWriter.Written written = Sample.write(out);
    assertThat(written.sha256()).isEqualTo(Sha256.of(out.toByteArray()));
    assertThat(written.bytes()).isEqualTo(out.size());
    assertThat(written.fileName())
        .isEqualTo("backup-2026-11-22T14-03-06-123Z-" + written.sha256().substring(0, 16) + ".tar");
  }

  @Test
  void theSumOfRowsDoesNotDependOnTheirOrder() throws IOException {
    assertThat(rowSum(List.of("a", "b", "c"))).isEqualTo(rowSum(List.of("c", "a", "b")));
    assertThat(rowSum(List.of("a", "a", "b"))).isNotEqualTo(rowSum(List.of("a", "b", "b")));
    assertThat(rowSum(List.of())).isEqualTo("0".repeat(64));
    var expected = BigInteger.ZERO;
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add("row " + i);
      expected = expected.add(new BigInteger(Sha256.of(bytes("row " + i)), 16));
    }
    assertThat(new BigInteger(rowSum(many), 16)).isEqualTo(expected.mod(BigInteger.TWO.pow(256)));
  }

  private static String rowSum(List<String> lines) {
    RowSum sum = new RowSum();
    lines.forEach(line -> sum.add(bytes(line), 0, line.length()));
    return sum.hex();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void whatWasNotFinishedIsNeverWhole() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PortableWriter writer =
        new PortableWriter(out, Sample.ORIGIN, new Spool(directory, Sample.entropy()));
    try (TableWriter table =
        writer.table("users", new TableName("public", "users"), Sample.USERS)) {
      table.row(Sample.ROWS.getFirst());
    }
    assertThatThrownBy(writer::finish).isInstanceOf(Invariant.Violation.class);
    assertThatThrownBy(() -> Sample.rows(directory, out.toByteArray(), null))
        .isInstanceOf(PortableFileException.class)
        .hasMessageContaining("cut off");
  }

  @Test
  void anAssetThatShrankIsNotTakenForWhole() throws IOException {
    PortableWriter writer =
        new PortableWriter(
            OutputStream.nullOutputStream(), Sample.ORIGIN, new Spool(directory, Sample.entropy()));
    assertThatThrownBy(() -> writer.asset("a", "b", 9, new ByteArrayInputStream(new byte[8])))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(writer::finish).isInstanceOf(Invariant.Violation.class);
  }

  @Test
  void anAssetThatGrewIsNotCutOff() throws IOException {
    PortableWriter writer =
        new PortableWriter(
            OutputStream.nullOutputStream(), Sample.ORIGIN, new Spool(directory, Sample.entropy()));
    assertThatThrownBy(() -> writer.asset("a", "b", 7, new ByteArrayInputStream(new byte[8])))
        .hasMessageContaining("grew");
    assertThatThrownBy(writer::finish).isInstanceOf(Invariant.Violation.class);
  }

  @Test
  void anAssetOfUnknownLengthIsSpooled() throws IOException {
    Path file = directory.resolve("file");
    byte[] content = Seeds.entropy(3).bytes(300_000);
    try (OutputStream out = Files.newOutputStream(file)) {
      PortableWriter writer =
          new PortableWriter(out, Sample.ORIGIN, new Spool(directory, Sample.entropy(), 1000));
      writer.asset("a", "b", new ByteArrayInputStream(content));
      writer.finish();
    }
    try (PortableReader reader = PortableReader.open(file, null, PortableReading.plain())) {
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      reader.copyAsset(reader.manifest().assets().getFirst(), read);
      assertThat(read.toByteArray()).isEqualTo(content);
    }
  }

  @Test
  void halfASurrogateIsRefusedBeforeItIsWritten() throws IOException {
    PortableWriter writer =
        new PortableWriter(
            OutputStream.nullOutputStream(), Sample.ORIGIN, new Spool(directory, Sample.entropy()));
    try (TableWriter table =
        writer.table("t", new TableName("s", "t"), List.of(new Column("c", "text")))) {
      assertThatThrownBy(() -> table.row(Sample.row("x\ud800y")))
          .hasMessageContaining("surrogates");
    }
  }
}
