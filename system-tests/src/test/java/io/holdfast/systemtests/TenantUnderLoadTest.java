package io.holdfast.systemtests;

import static io.holdfast.systemtests.TenantWords.plan;
import static io.holdfast.systemtests.TenantWords.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Backups and exports of accounts that fifty sessions use meanwhile. Each comes back, in a
/// database where nobody else is, as one moment of the account and nothing else.
class TenantUnderLoadTest {
  private static final long SEED = 20261124;
  private static final LegalAppSize SIZE = LegalAppSize.small(6);
  private static final int WRITERS = 50;
  private static final int USED = 5;
  private static final int ROUNDS = Seeds.thorough() ? 10 : 1;
  private static final String EMPTY = "nobody";
  private static final Pattern ROWS = Pattern.compile("(?m)^  (\\w+) +(\\d+) rows$");

  private final List<UUID> accounts =
      IntStream.range(0, USED).mapToObj(i -> LegalApp.account(SEED, SIZE, i)).toList();
  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    program = new Program(scratch);
    program.expect(0, "init");
    Files.writeString(scratch.resolve("account.scope.yaml"), LegalApp.scope("account"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  static LongStream seeds() {
    return Seeds.stream().limit(Seeds.thorough() ? 5 : 1);
  }

  /// A backup of an account, or a file that was made of one.
  ///
  /// @param program whose repository has it
  /// @param rows of each table, as was said when it was made
  private record Taken(Program program, String backup, UUID account, Map<String, Long> rows) {}

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsTakenBesideFiftyWritersIsOneMomentOfOneAccount(long seed) throws Exception {
    try (Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            scratch.resolve("source"),
            Map.of("fsync", "off", "max_wal_size", "2GB"))) {
      load(source);
      WorkingAccounts work = new WorkingAccounts(source, accounts);
      work.prepare(WRITERS);
      program = program.with("DATABASE_URL", source.url());
      List<Taken> taken = new ArrayList<>();
      work.workDuring(
          seed,
          WRITERS,
          () -> {
            for (int round = 0; round < ROUNDS; round++) {
              long done = work.done();
              for (UUID account : accounts.subList(0, 2)) {
                taken.add(backUp(account));
              }
              taken.add(export(taken.getLast(), round));
              assertThat(work.done()).as("writers wrote").isGreaterThan(done + WRITERS);
            }
          });
      assertThat(WorkingAccounts.broken(source, "postgres")).as("what was read").isEmpty();
      for (Taken one : taken) {
        requireWhole(source, one);
      }
    }
  }

  /// The accounts, and beside them a database that has only what is everybody's.
  private static void load(Cluster source) throws SQLException, IOException {
    source.execute("CREATE DATABASE " + EMPTY + " TEMPLATE template0");
    for (String database : List.of("postgres", EMPTY)) {
      try (Connection connection = source.connect(database)) {
        LegalApp.createSchema(connection);
        LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      }
    }
    source.sqlIn(EMPTY, "DELETE FROM users");
    source.sqlIn(EMPTY, "SELECT count(lo_unlink(oid)) FROM pg_largeobject_metadata");
  }

  private Taken backUp(UUID account) throws IOException {
    Command.Ended made =
        program.expect(
            0,
            tenant(
                "backup",
                scratch.resolve("account.scope.yaml").toString(),
                account,
                "--without",
                "audio",
                "--without",
                "documents"));
    assertThat(made.err()).doesNotContain("warning");
    Map<String, Long> rows = new TreeMap<>();
    Matcher lines = ROWS.matcher(made.out());
    while (lines.find()) {
      rows.put(lines.group(1), Long.parseLong(lines.group(2)));
    }
    assertThat(rows).as(made.out()).hasSizeGreaterThan(10).containsEntry("users", 1L);
    return new Taken(program, made.out().lines().findFirst().orElseThrow(), account, rows);
  }

  /// The newest backup of the account becomes a file, and that a backup elsewhere.
  private Taken export(Taken newest, int number) throws IOException {
    Path file = scratch.resolve("exported-" + number + ".tar");
    program.expect(0, tenant("export", "account", newest.account(), "--to", file.toString()));
    Program other = program.with("BACKUP_DIR", scratch.resolve("other-" + number).toString());
    other.expect(0, "init");
    other.expect(0, "import", file.toString());
    return new Taken(other, "latest", newest.account(), newest.rows());
  }

  private void requireWhole(Cluster source, Taken taken) throws Exception {
    String what = taken.backup() + " of " + taken.account();
    source.execute("CREATE DATABASE copy TEMPLATE " + EMPTY);
    String map = scratch.resolve("account.scope.yaml").toString();
    Command.Ended preview =
        taken
            .program()
            .expect(
                0,
                tenant(
                    "preview", map, taken.account(), taken.backup(), "--url", source.url("copy")));
    Command.Ended restored =
        taken
            .program()
            .expect(
                0,
                tenant(
                    "restore",
                    map,
                    taken.account(),
                    taken.backup(),
                    "--url",
                    source.url("copy"),
                    "--plan",
                    plan(preview)));
    assertThat(WorkingAccounts.broken(source, "copy")).as(what).isEmpty();
    assertThat(References.dangling(source, "copy")).as(what).isEmpty();
    assertThat(source.sqlIn("copy", "SELECT string_agg(id::text, ' ') FROM users"))
        .as("who is in " + what)
        .isEqualTo(taken.account().toString());
    for (Map.Entry<String, Long> table : taken.rows().entrySet()) {
      assertThat(source.sqlIn("copy", "SELECT count(*) FROM " + snakeCase(table.getKey())))
          .as(table.getKey() + " of " + what + ": " + restored.all())
          .isEqualTo(table.getValue().toString());
    }
    assertThat(source.sqlIn("copy", "SELECT settings->>'done' FROM users")).isNotEqualTo("0");
    source.execute("DROP DATABASE copy");
  }

  private static String snakeCase(String exportName) {
    return exportName.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
