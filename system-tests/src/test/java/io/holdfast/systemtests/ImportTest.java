package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is imported is a backup like others, and what is not whole leaves none.
class ImportTest {
  private static final long SEED = 20260302;
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
  void filesOfPgDumpComeBackAsPgDumpSawTheDatabase() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      SampleDatabase sample = SampleDatabase.load(source, "erp");
      String before = sample.dumped();

      Path plain = dumpTo(sample, "erp.sql", "--format=plain");
      Command.Ended imported = program.expect(0, "import", plain.toString());
      assertThat(imported.out()).contains("kind            dump, import").contains("erp.sql");
      Command.Ended listed = program.expect(0, "dump", "list", "latest");
      assertThat(listed.out()).containsPattern("app\\.customers +4501 rows").contains("erp, UTF8");
      assertThat(restored(source, "from_plain").dumped()).isEqualTo(before);

      long first = stored();
      assertThat(first).isGreaterThan(300_000);
      Path packed = packed(plain, scratch.resolve("erp.sql.gz"));
      program.expect(0, "import", packed.toString());
      assertThat(stored() - first).as("rows are stored once").isLessThan(first / 10);
      SampleDatabase made = new SampleDatabase(source, "from_gzip");
      program.expect(0, "dump", "restore", "latest", "--url", made.url(), "--create");
      assertThat(made.dumped()).isEqualTo(before);

      Path custom = dumpTo(sample, "whatever.dump", "--format=custom");
      program.expect(0, "import", custom.toString());
      assertThat(stored() - first).isLessThan(first / 5);
      assertThat(program.expect(0, "dump", "list", "latest").out()).startsWith("erp, UTF8");
      assertThat(restored(source, "from_custom").dumped()).isEqualTo(before);

      Path inserts = dumpTo(sample, "inserts.sql", "--inserts", "--create", "--rows-per-insert=7");
      Path key = Files.writeString(scratch.resolve("openssl.key"), PASSPHRASE + "\n");
      Path sealed = scratch.resolve("inserts.sql.gz.enc");
      openSsl(packed(inserts, scratch.resolve("inserts.sql.gz")), sealed, key);
      Command.Ended text =
          program.expect(0, "import", sealed.toString(), "--key-file", key.toString());
      assertThat(text.err()).contains("rows are INSERT statements").contains("openssl enc");
      assertThat(restored(source, "from_inserts").dumped()).isEqualTo(before);

      program.expect(0, "verify", "--all");
      program.expect(0, "forget", "--keep-last", "1");
    }
  }

  private Path dumpTo(SampleDatabase sample, String name, String... options) throws IOException {
    Path file = scratch.resolve(name);
    String[] arguments =
        Stream.concat(Arrays.stream(options), Stream.of("--file=" + file, sample.name()))
            .toArray(String[]::new);
    Command.Ended ended = sample.program("pg_dump", arguments);
    assertThat(ended.status()).as(ended.all()).isZero();
    return file;
  }

  private static Path packed(Path file, Path target) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(target))) {
      Files.copy(file, out);
    }
    return target;
  }

  private void openSsl(Path file, Path target, Path key) throws IOException {
    Command.Ended ended =
        Command.run(
            scratch,
            Map.of(),
            List.of(
                "openssl",
                "enc",
                "-aes-256-cbc",
                "-pbkdf2",
                "-pass",
                "file:" + key,
                "-in",
                file.toString(),
                "-out",
                target.toString()));
    assertThat(ended.status()).as(ended.all()).isZero();
  }

  private SampleDatabase restored(Cluster cluster, String name) throws Exception {
    cluster.execute("CREATE DATABASE " + name + " TEMPLATE template0");
    SampleDatabase copy = new SampleDatabase(cluster, name);
    program.expect(0, "dump", "restore", "latest", "--url", copy.url());
    return copy;
  }

  private long stored() throws IOException {
    try (Stream<Path> files = Files.walk(scratch.resolve("repository"))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void aPortableDumpBecomesADatabaseAgain() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      SampleDatabase sample = SampleDatabase.load(source, "erp");
      program.with("DATABASE_URL", sample.url()).expect(0, "dump", "backup");
      Path file = scratch.resolve("erp.tar.enc");
      Program sealing = program.with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE);
      sealing.expect(0, "export", "latest", "--to", file.toString());

      Program other = another("other");
      other.with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE).expect(0, "import", file.toString());
      source.execute("CREATE DATABASE copy TEMPLATE template0");
      SampleDatabase copy = new SampleDatabase(source, "copy");
      other.expect(0, "dump", "restore", "latest", "--url", copy.url());
      assertThat(copy.dumped()).isEqualTo(sample.dumped());
    }
  }

  @Test
  void aTenantIsTheSameInAnotherRepository() throws Exception {
    Path file = scratch.resolve("account.tar.enc");
    Path passphrase = Files.writeString(scratch.resolve("passphrase"), PASSPHRASE + "\n");
    exportTenant(file, "--passphrase-file", passphrase.toString());
    Program other = another("other");
    Command.Ended imported =
        other.expect(0, "import", file.toString(), "--passphrase-file", passphrase.toString());
    assertThat(imported.out()).contains("tenant, account").contains("domain");
    assertThat(other.expect(0, "list").out()).contains("account");
    assertThat(other.expect(0, "show", "latest").out()).contains("account.");
    other.expect(0, "verify", "--all");
    Path report = scratch.resolve("report.pdf");
    other.expect(0, "show", "latest", "--report", report.toString());
    assertThat(Files.readString(report, StandardCharsets.ISO_8859_1)).startsWith("%PDF-1.4");
    assertThat(other.run("show", "latest", "--report", report.toString()).err())
        .contains("HF-1074");

    Map<String, String> here = extracted("repository", "here");
    assertThat(here).containsKey("tables/matters").containsKey("scope.yaml").containsKey("toc");
    assertThat(here.keySet()).anyMatch(name -> name.startsWith("assets/audio/"));
    assertThat(extracted("other", "there")).isEqualTo(here);

    Path again = scratch.resolve("again.tar");
    other.expect(0, "export", "latest", "--to", again.toString());
    Path first = scratch.resolve("first.tar");
    program.expect(0, "export", "latest", "--to", first.toString());
    assertThat(TarFile.read(again).entries().keySet())
        .isEqualTo(TarFile.read(first).entries().keySet());
  }

  private Program another(String repository) throws IOException {
    Program other = program.with("BACKUP_DIR", scratch.resolve(repository).toString());
    other.expect(0, "init");
    return other;
  }

  private void exportTenant(Path file, String... options) throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
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
    }
    program.expect(
        0,
        Stream.concat(
                Stream.of("export", "latest", "--to", file.toString()), Arrays.stream(options))
            .toArray(String[]::new));
  }

  /// All files of the newest backup, by their paths.
  private Map<String, String> extracted(String repository, String to) throws IOException {
    Path target = scratch.resolve(to);
    Command.Ended ended =
        new StandAloneReader(scratch)
            .run(
                Map.of("BACKUP_ENCRYPTION_KEY", Program.KEY),
                "extract",
                scratch.resolve(repository).toString(),
                "latest",
                "--to",
                target.toString());
    assertThat(ended.status()).as(ended.all()).isZero();
    Map<String, String> files = new TreeMap<>();
    Path root = target.resolve("tenant");
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        files.put(
            root.relativize(path).toString(), Files.readString(path, StandardCharsets.ISO_8859_1));
      }
    }
    return files;
  }

  @Test
  void badPortableFilesLeaveNothing() throws Exception {
    Path good = scratch.resolve("good.tar");
    exportTenant(good);
    Path sealed = scratch.resolve("good.tar.enc");
    program
        .with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE)
        .expect(0, "encrypt", good.toString(), "--to", sealed.toString());
    TarFile tar = TarFile.read(good);
    String backups = list();

    Command.Ended wrong =
        program
            .with("HOLDFAST_FILE_PASSPHRASE", "another passphrase for it")
            .run("import", sealed.toString());
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("HF-1072");
    Command.Ended open =
        program.with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE).run("import", good.toString());
    assertThat(open.err()).contains("HF-1070").contains("not encrypted");

    byte[] bytes = Files.readAllBytes(good);
    refused(4, "HF-3020", Arrays.copyOf(bytes, bytes.length - 3000), "cut");
    refused(4, "HF-3020", Arrays.copyOf(bytes, bytes.length / 512 / 2 * 512), "cut in the middle");
    byte[] cutSealed = Files.readAllBytes(sealed);
    Path cut =
        Files.write(
            scratch.resolve("cut.tar.enc"), Arrays.copyOf(cutSealed, cutSealed.length - 100));
    Command.Ended short_ =
        program.with("HOLDFAST_FILE_PASSPHRASE", PASSPHRASE).run("import", cut.toString());
    assertThat(short_.status()).as(short_.all()).isEqualTo(4);

    String users = tar.text("data/users.json");
    refused(
        4,
        "HF-3020",
        tar.with("manifest.json", tar.text("manifest.json").replace("\"users\"", "\"user\"")),
        "manifest changed");
    refused(4, "HF-3020", tar.without("data/users.json"), "table missing");
    refused(4, "HF-3020", tar.with("data/users.json", users.replace("@", "#")), "row changed");
    refused(
        4,
        "HF-3020",
        tar.withManifest(tar.manifest("users", "\"records\":", "1")),
        "number of records");
    refused(
        4,
        "HF-3020",
        tar.withTable("users", users.replace("{\"id\"", "{\"more\":1,\"id\"")),
        "more columns");
    refused(
        4,
        "HF-3020",
        tar.withTable("users", users.replaceAll("\"email\":(\"[^\"]*\"|null),", "")),
        "fewer columns");
    refused(4, "HF-3020", tar.withEntry("assets/audio/../../../etc/x", "x"), "leads elsewhere");
    refused(4, "HF-3020", tar.withEntry("/etc/x", "x"), "absolute");
    refused(
        2,
        "HF-1071",
        tar.with(
            "holdfast.json", tar.text("holdfast.json").replace("\"version\":1", "\"version\":2")),
        "newer");
    refused(2, "HF-1070", "just some words".getBytes(StandardCharsets.UTF_8), "no file of ours");
    assertThat(list()).isEqualTo(backups);
    program.expect(0, "verify", "--all");
    program.expect(0, "import", good.toString());
    assertThat(list()).isNotEqualTo(backups);
  }

  @Test
  void badFilesOfPgDumpLeaveNothing() throws Exception {
    byte[] custom;
    String plain;
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute(
          "CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 30000) i",
          "CREATE VIEW v AS SELECT 1 AS a");
      SampleDatabase database = new SampleDatabase(source, "postgres");
      plain = Files.readString(dumpTo(database, "t.sql"));
      custom = Files.readAllBytes(dumpTo(database, "t.dump", "--format=custom"));
    }
    String backups = list();
    byte[] gzip = Files.readAllBytes(packed(scratch.resolve("t.sql"), scratch.resolve("t.sql.gz")));

    refused(4, "HF-3020", text(plain.substring(0, plain.length() / 2)), "in the rows");
    refused(4, "HF-3020", text(plain.substring(0, plain.lastIndexOf("--\n-- PostgreSQL"))), "end");
    refused(4, "HF-3020", text(plain.replace("\n77\t", "\n77\tx\t")), "a row");
    refused(4, "HF-3020", text(plain.replace("CREATE VIEW", "\\! touch x\nCREATE VIEW")), "psql");
    refused(4, "HF-3020", text(plain + "\\connect a\n\\connect b\n"), "two databases");
    refused(2, "HF-1070", text("SELECT 1;\n"), "other SQL");
    refused(
        2,
        "HF-1070",
        text("--\n-- PostgreSQL database cluster dump\n--\nCREATE ROLE x;\n"),
        "pg_dumpall");
    refused(4, "HF-3020", Arrays.copyOf(gzip, gzip.length - 9), "gzip");
    refused(4, "HF-3020", Arrays.copyOf(gzip, gzip.length / 2), "half of gzip");
    refused(4, "HF-3020", Arrays.copyOf(custom, custom.length / 2), "half of an archive");
    refused(4, "HF-3020", Arrays.copyOf(custom, 700), "start of an archive");
    Path bomb = scratch.resolve("bomb.sql.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      out.write(text("--\n-- PostgreSQL database dump\n--\nCOPY t (a) FROM stdin;\n"));
      byte[] line = new byte[1 << 20];
      Arrays.fill(line, (byte) 'x');
      for (int i = 0; i < 600; i++) {
        out.write(line);
      }
    }
    refused(2, "HF-1073", Files.readAllBytes(bomb), "bomb");
    assertThat(list()).isEqualTo(backups);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void refused(int status, String code, byte[] content, String why) throws IOException {
    Path file = Files.write(scratch.resolve("bad"), content);
    Command.Ended ended = program.run("import", file.toString());
    assertThat(ended.status()).as(why + ": " + ended.all()).isEqualTo(status);
    assertThat(ended.err()).as(why).contains(code).contains(file.toString());
  }

  private String list() throws IOException {
    return program.run("list", "--json").out();
  }
}
