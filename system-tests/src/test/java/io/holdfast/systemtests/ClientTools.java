package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `pg_dump`, `pg_restore` and `psql` of PostgreSQL: what dumps of ours are compared with.
///
/// @param directory where `pg_dump` and `pg_restore` lie
record ClientTools(Path directory) {
  private static final Path ANYWHERE = Path.of("/tmp");
  private static final int SHOWN = 10;

  /// Those that can dump servers of a version: Debian's, or what `HOLDFAST_PG_BIN` of the tests'
  /// own environment names. The test is skipped where there are none.
  static ClientTools of(int serverMajor) throws IOException {
    try {
      return new ClientTools(ClientPrograms.require(serverMajor, System.getenv()).directory());
    } catch (BackupException missing) {
      return abort("skipped: " + missing.text() + " " + missing.hint());
    }
  }

  /// Definitions and rows of a database as lines, without those that are new each time.
  List<String> dump(Cluster cluster, String database, String... options) throws IOException {
    return run(cluster, "pg_dump", new String[0], database)
        .out()
        .lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .toList();
  }

  /// The same with the rows of each table sorted: those of tables with much free space in them do
  /// not come back in the order that they had.
  List<String> dumpSorted(Cluster cluster, String database) throws IOException {
    List<String> sorted = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    boolean within = false;
    for (String line : dump(cluster, database)) {
      if (within && !line.equals("\\.")) {
        rows.add(line);
        continue;
      }
      Collections.sort(rows);
      sorted.addAll(rows);
      rows.clear();
      sorted.add(line);
      within = line.startsWith("COPY ") && line.endsWith(" FROM stdin;");
    }
    return sorted;
  }

  /// Fails with the first lines that are not the same: all of them would be megabytes.
  static void requireSame(List<String> actual, List<String> expected) {
    int same = 0;
    while (same < Math.min(actual.size(), expected.size())
        && actual.get(same).equals(expected.get(same))) {
      same++;
    }
    assertThat(part(actual, same)).as("from line " + same).isEqualTo(part(expected, same));
  }

  private static List<String> part(List<String> lines, int from) {
    return lines.subList(Math.max(0, from - 2), Math.min(lines.size(), from + SHOWN));
  }

  /// Copies a database into an empty one as PostgreSQL itself does.
  void copy(Cluster from, String database, Cluster to, String copy, Path archive)
      throws IOException {
    run(from, "pg_dump", new String[] {"--format=custom", "--file=" + archive}, database);
    run(to, "pg_restore", new String[] {"--dbname=" + copy}, archive.toString());
  }

  /// Runs a file of the tests' resources.
  static void load(Cluster cluster, String database, String resource) throws IOException {
    Path file = Files.createTempFile(ANYWHERE, "sample", ".sql");
    try (InputStream sample =
        Objects.requireNonNull(ClientTools.class.getResourceAsStream("/" + resource))) {
      Files.write(file, sample.readAllBytes());
      Cluster.giveToServer(file);
      psql(cluster, database, "--file=" + file);
    } finally {
      Files.delete(file);
    }
  }

  static void psql(Cluster cluster, String database, String what) throws IOException {
    new ClientTools(TestPrograms.of(TestPrograms.WITH_TOOLS).directory())
        .run(cluster, "psql", new String[] {"--quiet", "--no-psqlrc", what}, database);
  }

  private Command.Ended run(Cluster cluster, String program, String[] options, String last)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(directory.resolve(program).toString());
    command.addAll(List.of("--host=127.0.0.1", "--port=" + cluster.port(), "--username=postgres"));
    if (program.equals("psql")) {
      command.add("--set=ON_ERROR_STOP=1");
    }
    command.addAll(List.of(options));
    command.add(last);
    Command.Ended ended = Command.run(ANYWHERE, Map.of(), command);
    assertThat(ended.status()).as(command + ": " + ended.err()).isZero();
    return ended;
  }
}
