package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Backups, exports and restores of a tenant do with the same small heap, whatever it has: rows
/// that are many or wide, large objects and files that are many or large.
@EnabledIfSystemProperty(
    named = "holdfast.thorough",
    matches = "true",
    disabledReason = "a tenant of hundreds of MiB: minutes by itself, so only with -Pthorough")
class TenantMemoryTest {
  private static final long MIB = 1 << 20;
  private static final String HEAP = "-Xmx192m";
  private static final long LIMIT_BYTES = 330 * MIB;
  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{32})");

  private static final String MAP =
      """
      kind: Scope
      name: tenant
      root: {table: public.tenants, key: [id]}
      tenantColumn: tenant_id
      owned:
        public.tenants: {via: root}
        public.notes: {via: column tenant_id}
        public.lines: {via: fk lines_note_fk}
        public.papers: {via: column tenant_id}
      assets:
        attachments: {table: public.papers, key: file_key, store: files}
        scans: {table: public.papers, largeObject: scan}
      """;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    Files.writeString(scratch.resolve("tenant.scope.yaml"), MAP);
    Files.writeString(scratch.resolve("passphrase"), "a long passphrase for one file\n");
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  /// What a tenant has.
  ///
  /// @param noteBytes in rows of about a kilobyte
  /// @param lines rows of a few bytes
  /// @param wideBytes in one value
  /// @param papers each with a file and a large object of some kilobytes
  /// @param paperBytes of one more, with a file and a large object
  private record Size(
      String name, long noteBytes, int lines, long wideBytes, int papers, long paperBytes) {}

  @Test
  void theSameSmallHeapDoesForTenantsOfAnySize() throws Exception {
    try (Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            scratch.resolve("source"),
            Map.of("fsync", "off", "max_wal_size", "4GB", "max_locks_per_transaction", "1024"))) {
      throughABackup(source, new Size("small", 10 * MIB, 1_000, 2 * MIB, 20, 1 * MIB));
      throughABackup(source, new Size("large", 128 * MIB, 200_000, 16 * MIB, 1_000, 32 * MIB));
      if (Seeds.thorough()) {
        throughABackup(
            source, new Size("huge", 1024 * MIB, 2_000_000, 16 * MIB, 20_000, 256 * MIB));
      }
    }
  }

  private void throughABackup(Cluster source, Size size) throws Exception {
    Path home = Files.createDirectory(scratch.resolve(size.name()));
    Path store = Files.createDirectory(home.resolve("store"));
    source.execute("CREATE DATABASE " + size.name() + " TEMPLATE template0");
    fill(source, size, store);
    String then = contents(source, size, store);
    Program program =
        new Program(home)
            .with("DATABASE_URL", source.url(size.name()))
            .with("HOLDFAST_JAVA_OPTS", HEAP);
    program.expect(0, "init");
    Peaks peaks = new Peaks(program, home, store);

    peaks.of("backup", scratch.resolve("tenant.scope.yaml").toString());
    String file = home.resolve("tenant.tar.enc").toString();
    String passphrase = scratch.resolve("passphrase").toString();
    peaks.of("export", "tenant", "--to", file, "--passphrase-file", passphrase);
    peaks.add(
        PeakMemory.measured(
            program.with("BACKUP_DIR", made(program, home.resolve("other"))),
            home,
            "import",
            file,
            "--passphrase-file",
            passphrase),
        "import");

    lose(source, size, store);
    String now = contents(source, size, store);
    String plan = peaks.plan("preview", "tenant");
    peaks.of("restore", "tenant", "--plan", plan);
    assertThat(contents(source, size, store)).isEqualTo(then);

    String undo = peaks.plan("preview", "tenant", "--undo");
    peaks.of("undo", "tenant", "--plan", undo);
    assertThat(contents(source, size, store)).isEqualTo(now);

    System.out.println(size.name() + ": " + peaks);
    assertThat(peaks.all).allSatisfy(peak -> assertThat(peak).isLessThan(LIMIT_BYTES));
    source.execute("DROP DATABASE " + size.name());
    Scratch.remove(home);
  }

  private static String made(Program program, Path repository) throws IOException {
    program.with("BACKUP_DIR", repository.toString()).expect(0, "init");
    return repository.toString();
  }

  /// Runs commands and notes what they needed.
  private static final class Peaks {
    private final Program program;
    private final Path home;
    private final Path store;
    private final List<Long> all = new ArrayList<>();
    private final StringJoiner said = new StringJoiner(", ");

    Peaks(Program program, Path home, Path store) {
      this.program = program;
      this.home = home;
      this.store = store;
    }

    String of(String what, String scope, String... further) throws Exception {
      Stream<String> places =
          what.equals("export") ? Stream.of() : Stream.of("--store", "files=" + store);
      String[] command =
          Stream.concat(
                  Stream.of("tenant", what, "--scope", scope, "--id", "1"),
                  Stream.concat(Arrays.stream(further), places))
              .toArray(String[]::new);
      return add(PeakMemory.measured(program, home, command), what);
    }

    String plan(String what, String scope, String... further) throws Exception {
      String out = of(what, scope, further);
      Matcher plan = PLAN.matcher(out);
      assertThat(plan.find()).as(out).isTrue();
      return plan.group(1);
    }

    String add(PeakMemory peak, String what) {
      all.add(peak.bytes());
      said.add(what + " " + peak.bytes() / MIB + " MiB");
      return peak.out();
    }

    @Override
    public String toString() {
      return said.toString();
    }
  }

  private static void fill(Cluster source, Size size, Path store) throws Exception {
    run(
        source,
        size,
        "CREATE TABLE tenants (id int PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE notes (id bigint PRIMARY KEY,"
            + " tenant_id int NOT NULL REFERENCES tenants, body text NOT NULL)",
        "CREATE INDEX ON notes (tenant_id)",
        "CREATE TABLE lines (id bigint PRIMARY KEY,"
            + " note_id bigint NOT NULL CONSTRAINT lines_note_fk REFERENCES notes)",
        "CREATE INDEX ON lines (note_id)",
        "CREATE TABLE papers (id bigint PRIMARY KEY,"
            + " tenant_id int NOT NULL REFERENCES tenants, file_key text, scan oid)",
        "CREATE INDEX ON papers (tenant_id)",
        "INSERT INTO tenants VALUES (1, 'one'), (2, 'other')",
        "INSERT INTO notes SELECT n, 1 + mod(n, 100) / 99, (SELECT string_agg(md5((n * 31 + i)::text), '')"
            + " FROM generate_series(1, 31) i) FROM generate_series(1::bigint, %d) n"
                .formatted(size.noteBytes() / 1000),
        "INSERT INTO notes SELECT 0, 1, string_agg(md5(n::text), '') FROM generate_series(1, %d) n"
            .formatted(size.wideBytes() / 32),
        "INSERT INTO lines SELECT n, mod(n, 1000) FROM generate_series(1, %d) n"
            .formatted(size.lines()),
        "INSERT INTO papers SELECT n, 1, 'file-' || n, lo_from_bytea(0, convert_to(repeat(md5(n::text),"
            + " mod(n, 200)), 'UTF8')) FROM generate_series(1, %d) n".formatted(size.papers()),
        "INSERT INTO papers SELECT 0, 1, 'file-0', lo_from_bytea(0, string_agg(sha256(n::text::bytea), ''))"
            + " FROM generate_series(1, %d) n".formatted(size.paperBytes() / 32),
        "VACUUM ANALYZE");
    SplittableRandom random = Seeds.random(1);
    for (int paper = 0; paper <= size.papers(); paper++) {
      byte[] content = new byte[Math.toIntExact(paper == 0 ? size.paperBytes() : paper % 8_000)];
      random.nextBytes(content);
      Files.write(store.resolve("file-" + paper), content);
    }
  }

  /// All that the tenant has goes, and so do its files.
  private static void lose(Cluster source, Size size, Path store) throws Exception {
    run(
        source,
        size,
        "DELETE FROM lines WHERE note_id IN (SELECT id FROM notes WHERE tenant_id = 1)",
        "DELETE FROM notes WHERE tenant_id = 1",
        "SELECT count(lo_unlink(scan)) FROM papers WHERE tenant_id = 1",
        "DELETE FROM papers WHERE tenant_id = 1");
    for (int paper = 0; paper <= size.papers(); paper++) {
      Files.delete(store.resolve("file-" + paper));
    }
  }

  private static void run(Cluster source, Size size, String... statements) throws SQLException {
    for (String statement : statements) {
      source.sqlIn(size.name(), statement);
    }
  }

  /// Sums of everything.
  private static String contents(Cluster source, Size size, Path store) throws Exception {
    StringJoiner contents = new StringJoiner(", ");
    for (String table : List.of("tenants", "notes", "lines", "papers")) {
      contents.add(
          source.sqlIn(
              size.name(),
              "SELECT '%1$s ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM %1$s t"
                  .formatted(table)));
    }
    contents.add(
        source.sqlIn(
            size.name(),
            "SELECT 'objects ' || coalesce(sum(hashtextextended(encode(sha256(lo_get(scan)), 'hex'), 0)), 0) FROM papers"));
    long bytes = 0;
    int files = 0;
    for (int paper = 0; paper <= size.papers(); paper++) {
      Path file = store.resolve("file-" + paper);
      if (Files.exists(file)) {
        files++;
        bytes += 31 * bytes + Arrays.hashCode(Files.readAllBytes(file));
      }
    }
    return contents.add(files + " files " + bytes).toString();
  }
}
