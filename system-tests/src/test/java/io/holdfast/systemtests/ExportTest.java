package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Secret;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import io.holdfast.portable.Column;
import io.holdfast.portable.ExportedAsset;
import io.holdfast.portable.ExportedTable;
import io.holdfast.portable.PortableReader;
import io.holdfast.portable.PortableReading;
import io.holdfast.portable.Row;
import io.holdfast.portable.seal.SealKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/// What is exported has every value of every row, in every form.
class ExportTest {
  private static final long SEED = 20260301;
  private static final LegalAppSize SIZE = LegalAppSize.small(3);
  private static final String PASSPHRASE = "a long passphrase for one file";

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aTenantsBackupBecomesOneEncryptedFileWithEveryRow() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      UUID account = backUpTenant(source, connection);
      Path passphrase = Files.writeString(scratch.resolve("passphrase"), PASSPHRASE + "\n");
      Path sealed = scratch.resolve("account.tar.enc");
      Command.Ended made =
          program.expect(
              0,
              "tenant",
              "export",
              "--scope",
              "account",
              "--id",
              account.toString(),
              "--to",
              sealed.toString(),
              "--passphrase-file",
              passphrase.toString());
      assertThat(made.out()).contains("encrypted").contains(sealed.toString());
      assertRows(sealed, new SealKey.Passphrase(new Secret(PASSPHRASE)), connection, account);
      assertThat(Files.readString(sealed, StandardCharsets.ISO_8859_1))
          .doesNotContain(account.toString());

      program.expect(0, "decrypt", sealed.toString(), "--passphrase-file", passphrase.toString());
      assertRows(scratch.resolve("account.tar"), null, connection, account);

      Path directory = Files.createDirectory(scratch.resolve("out"));
      program.expect(0, "export", "latest", "--to", directory + "/");
      Path named = only(directory);
      assertThat(named.getFileName().toString())
          .matches("backup-[0-9T-]+Z-[0-9a-f]{16}\\.tar")
          .contains(sha256(named).substring(0, 16));
      assertRows(named, null, connection, account);
    }
  }

  private UUID backUpTenant(Cluster source, Connection connection) throws Exception {
    Path assets = Files.createDirectory(scratch.resolve("assets"));
    LegalApp.createSchema(connection);
    LegalApp.load(connection, SEED, SIZE, new AssetFiles.In(assets));
    UUID account = LegalApp.account(SEED, SIZE, 0);
    Path map = Files.writeString(scratch.resolve("map.yaml"), LegalApp.scope("account"));
    program
        .with("DATABASE_URL", source.url())
        .expect(
            0,
            "tenant",
            "backup",
            "--scope",
            map.toString(),
            "--id",
            account.toString(),
            "--store",
            "files=" + assets);
    return account;
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(
            java.security.MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  /// Every row of the tenant's tables is what the database sends.
  private void assertRows(Path file, @Nullable SealKey key, Connection connection, UUID account)
      throws Exception {
    try (PortableReader reader = PortableReader.open(file, key, PortableReading.plain())) {
      assertThat(reader.manifest().origin().scopeId()).isEqualTo(account.toString());
      assertThat(reader.manifest().tables()).hasSizeGreaterThan(10);
      assertThat(reader.manifest().references()).isNotEmpty();
      for (ExportedTable table : reader.manifest().tables()) {
        List<String> rows = new ArrayList<>();
        reader.readTable(table, row -> rows.add(copyText(row)));
        List<String> there = copied(connection, table);
        assertThat(there).as(table.name()).containsAll(rows).doesNotHaveDuplicates();
        assertThat(rows).doesNotHaveDuplicates().hasSize(Math.toIntExact(table.records()));
      }
      ExportedTable matters = reader.manifest().findTable("matters").orElseThrow();
      assertThat(matters.records())
          .isEqualTo(
              copied(connection, matters).stream()
                  .filter(row -> row.contains(account.toString()))
                  .count());
      assertAssets(reader);
    }
  }

  /// A row as `COPY` writes it.
  private static String copyText(Row row) {
    return row.values().stream()
        .map(
            value ->
                value == null
                    ? "\\N"
                    : value
                        .replace("\\", "\\\\")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t"))
        .collect(Collectors.joining("\t", "", "\n"));
  }

  private void assertAssets(PortableReader reader) throws IOException {
    List<ExportedAsset> audio =
        reader.manifest().assets().stream().filter(a -> a.group().equals("audio")).toList();
    assertThat(audio).isNotEmpty();
    for (ExportedAsset asset : audio) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      reader.copyAsset(asset, bytes);
      assertThat(bytes.toByteArray())
          .isEqualTo(Files.readAllBytes(scratch.resolve("assets").resolve(asset.name())));
    }
  }

  private static List<String> copied(Connection connection, ExportedTable table) throws Exception {
    try (var statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
    }
    String columns =
        table.columns().stream()
            .map(Column::name)
            .map(name -> '"' + name + '"')
            .collect(Collectors.joining(", "));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut(
            "COPY (SELECT " + columns + " FROM public." + table.table().name() + ") TO STDOUT",
            out);
    return Arrays.stream(out.toString(StandardCharsets.UTF_8).split("(?<=\n)", -1))
        .filter(line -> !line.isEmpty())
        .toList();
  }

  @Test
  void tablesOfADumpGoThroughCsvAndSqlAsTheyAre() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      SampleDatabase sample = SampleDatabase.load(source, "erp");
      program.with("DATABASE_URL", sample.url()).expect(0, "dump", "backup");
      Map<String, String> rows = sample.rows();
      assertThat(rows).hasSizeGreaterThan(15);

      Path sql = scratch.resolve("sql");
      program.expect(0, "export", "latest", "--format", "sql", "--to", sql.toString());
      SampleDatabase fromSql = sample.withoutRows("from_sql");
      try (Stream<Path> files = Files.list(sql)) {
        for (Path file : files.toList()) {
          fromSql.psql(file);
        }
      }
      assertThat(fromSql.rows()).isEqualTo(rows);

      Path csv = scratch.resolve("csv");
      Path portable = scratch.resolve("erp.tar");
      program.expect(0, "export", "latest", "--format", "csv", "--to", csv.toString());
      program.expect(0, "export", "latest", "--to", portable.toString());
      SampleDatabase fromCsv = sample.withoutRows("from_csv");
      loadCsv(fromCsv, csv, portable);
      assertThat(fromCsv.rows()).isEqualTo(rows);

      Path json = scratch.resolve("json");
      program.expect(
          0,
          "export",
          "latest",
          "--format",
          "json",
          "--table",
          "app.customers",
          "--to",
          json.toString());
      List<String> lines = Files.readAllLines(only(json));
      assertThat(lines).hasSize(4501);
      assertThat(lines)
          .contains(
              "{\"id\":\"5001\",\"name\":\"\",\"email\":null,\"mood\":null,\"pair\":null,\"tags\":null,"
                  + "\"r\":null,\"f\":null,\"b\":null,\"n\":\"NaN\",\"d\":\"NaN\",\"ts\":\"infinity\","
                  + "\"iv\":null,\"j\":null,\"x\":null,\"q\":null}");
    }
  }

  private static void loadCsv(SampleDatabase target, Path csv, Path portable) throws Exception {
    try (PortableReader reader = PortableReader.open(portable, null, PortableReading.plain());
        Connection connection =
            DriverManager.getConnection(
                "jdbc:" + target.url().replace("postgres@", "") + "?user=postgres")) {
      for (ExportedTable table : reader.manifest().tables()) {
        String columns =
            table.columns().stream()
                .map(column -> '"' + column.name().replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(", "));
        String name =
            Stream.of(table.table().schema(), table.table().name())
                .map(part -> '"' + part.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining("."));
        try (InputStream rows = Files.newInputStream(csv.resolve(table.name() + ".csv"))) {
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  "COPY "
                      + name
                      + (columns.isEmpty() ? "" : " (" + columns + ")")
                      + " FROM STDIN (FORMAT csv, HEADER)",
                  rows);
        }
      }
    }
  }

  @Test
  void whatIsThereStaysAndNothingHalfIsLeft() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t AS SELECT 1 AS a", "CREATE TABLE u AS SELECT 2 AS b");
      program.with("DATABASE_URL", source.url()).expect(0, "dump", "backup");
    }
    Path file = Files.writeString(scratch.resolve("there.tar"), "mine");
    Path directory = Files.createDirectory(scratch.resolve("there"));
    Files.writeString(directory.resolve("mine"), "mine");

    refused("HF-1074", "export", "latest", "--to", file.toString());
    refused("HF-1040", "export", "latest", "--format", "csv", "--to", directory.toString());
    refused("HF-1001", "export", "latest", "--to", scratch + "/x.tar", "--table", "nobody");
    refused("HF-1010", "export", "latest", "--to", scratch + "/x.tar.enc");
    refused("HF-1030", "export", "--scope", "account", "--id", "1", "--to", scratch + "/x.tar");
    refused("HF-1001", "export", "latest", "--id", "1", "--to", scratch + "/x.tar");
    Command.Ended plain =
        program
            .with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE)
            .run("export", "latest", "--to", scratch + "/x.tar");
    assertThat(plain.err()).contains("HF-1001").contains("would not be encrypted");
    assertThat(file).hasContent("mine");
    assertThat(only(directory)).hasContent("mine");
    try (Stream<Path> all = Files.list(scratch)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.contains("holdfast-tmp") || name.startsWith("x.tar"));
    }

    program.expect(
        0, "export", "latest", "--format", "sql", "--table", "t", "--to", scratch + "/t.tar");
    Command.Ended listed =
        Command.run(scratch, Map.of(), List.of("tar", "-tf", scratch + "/t.tar"));
    assertThat(listed.out()).isEqualTo("public.t.sql\n");
  }

  private void refused(String code, String... arguments) throws IOException {
    Command.Ended ended = program.run(arguments);
    assertThat(ended.status()).as(ended.all()).isEqualTo(2);
    assertThat(ended.err()).contains(code);
  }
}
