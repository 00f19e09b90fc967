package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One backup goes into several repositories of the configuration file, each with a key of its own.
/// Who lacks it is named; who has it brings everything back without the others, and the source was
/// read once.
class AlsoTest {
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(t::text, '' ORDER BY id)) FROM t";

  private Path scratch = Path.of("/tmp");
  private Program program = new Program(scratch);

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    StringBuilder configuration = new StringBuilder("repositories:\n");
    for (String name : List.of("main", "second", "third")) {
      configuration.append(
          "  %s: { url: %s, keyFile: %s }%n".formatted(name, place(name), key(name)));
    }
    Path file = Files.writeString(scratch.resolve("holdfast.yaml"), configuration);
    program =
        new Program(scratch)
            .without("BACKUP_DIR")
            .without("BACKUP_ENCRYPTION_KEY")
            .with("HOLDFAST_CONFIG", file.toString());
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void whatIsThereBringsTheClusterBackWithoutTheFirst() throws Exception {
    try (Cluster source = source()) {
      Program backups = program.with("DATABASE_URL", source.url());
      init("main");
      init("second");
      insert(source, 1, 20_000);

      Command.Ended partly = backups.expect(6, "backup", "--also", "second", "--also", "third");
      assertThat(lastLines(partly, 3))
          .containsExactly(stored("main"), stored("second"), failed("third"));
      assertThat(partly.err()).contains(reason("third"));
      assertThat(timesRead(source)).isEqualTo(1);

      Scratch.remove(place("main"));
      assertThat(restored(only("second"), "restored")).isEqualTo(source.sql(ROWS));

      insert(source, 20_001, 25_000);
      Command.Ended without = backups.expect(6, "backup", "--also", "second", "--also", "third");
      assertThat(lastLines(without, 3))
          .containsExactly(failed("main"), stored("second"), failed("third"));
      assertThat(without.err()).contains(reason("main"), reason("third"));
      assertThat(timesRead(source)).isEqualTo(2);
      assertThat(names(only("second"))).hasSize(2);
      assertThat(restored(only("second"), "again")).isEqualTo(source.sql(ROWS));

      Command.Ended nowhere = backups.run("backup", "--also", "third");
      assertThat(nowhere.status()).isEqualTo(2);
      assertThat(nowhere.err())
          .contains("error HF-1020: " + reason("main"))
          .contains("also: HF-1020: " + reason("third"));
      assertThat(nowhere.out()).isEmpty();
    }
  }

  @Test
  void whereAllAreThereEachHasTheBackup() throws Exception {
    try (Cluster source = source()) {
      Program backups = program.with("DATABASE_URL", source.url());
      for (String name : List.of("main", "second", "third")) {
        init(name);
      }
      insert(source, 1, 20_000);

      Command.Ended all = backups.expect(0, "backup", "--also", "second", "--also", "third");
      assertThat(lastLines(all, 3))
          .containsExactly(stored("main"), stored("second"), stored("third"));
      insert(source, 20_001, 21_000);
      String json =
          backups
              .expect(0, "backup", "--type=incremental", "--json", "--also=second", "--also=third")
              .out();
      assertThat(Answers.all(json, "there")).containsExactly("true", "true", "true");
      assertThat(Answers.all(json, "repository"))
          .endsWith(
              place("main").toString(), place("second").toString(), place("third").toString());
      assertThat(timesRead(source)).isEqualTo(2);

      List<String> backedUp = names(only("main"));
      assertThat(backedUp).hasSize(2);
      for (String name : List.of("second", "third")) {
        assertThat(names(only(name))).as(name).isEqualTo(backedUp);
        only(name).expect(0, "verify", "--all");
      }
      Scratch.remove(place("main"));
      Scratch.remove(place("second"));
      assertThat(restored(only("third"), "restored")).isEqualTo(source.sql(ROWS));
    }
  }

  @Test
  void filesComeBackWithoutTheFirst() throws Exception {
    Path tree = makeTree(scratch.resolve("tree"));
    init("main");
    init("second");
    String[] backup = {"files", "backup", tree.toString(), "--also=second", "--also=third"};
    String[] rehearsal =
        Stream.concat(Stream.of(backup), Stream.of("--dry-run")).toArray(String[]::new);

    String rehearsed = program.expect(6, rehearsal).out();
    assertThat(rehearsed.lines())
        .contains("would store in  " + place("main"), "would store in  " + place("second"))
        .contains(failed("third"));
    assertThat(names(only("second"))).as("after a rehearsal").isEmpty();

    assertThat(lastLines(program.expect(6, backup), 3))
        .containsExactly(stored("main"), stored("second"), failed("third"));
    Scratch.remove(place("main"));
    Path to = scratch.resolve("restored");
    only("second").expect(0, "files", "restore", "latest", "--to", to.toString());
    assertThat(differences(tree, to.resolve(tree.toString().substring(1)))).isEmpty();

    init("main");
    init("third");
    assertThat(lastLines(program.expect(0, backup), 3))
        .containsExactly(stored("main"), stored("second"), stored("third"));
    assertThat(names(only("main"))).hasSize(1).isEqualTo(names(only("third")));
    assertThat(names(only("second"))).hasSize(2).containsAll(names(only("main")));
  }

  /// A cluster whose log says who read all of it.
  private Cluster source() throws Exception {
    Cluster source =
        Cluster.create(
            TestPrograms.WITH_TOOLS,
            scratch.resolve("source"),
            Map.of("log_replication_commands", "on"));
    source.execute("CREATE TABLE t (id int, text text)");
    return source;
  }

  private static void insert(Cluster source, int from, int to) throws SQLException {
    source.execute(
        "INSERT INTO t SELECT n, md5(n::text) FROM generate_series(" + from + ", " + to + ") n");
  }

  private static long timesRead(Cluster source) throws IOException {
    return source.log().lines().filter(line -> line.contains("command: BASE_BACKUP")).count();
  }

  private Path place(String name) {
    return scratch.resolve("at-" + name);
  }

  private Path key(String name) {
    return scratch.resolve(name + ".key");
  }

  /// The program with this repository alone, and without the configuration file.
  private Program only(String name) {
    return new Program(scratch).with("BACKUP_DIR", place(name).toString()).withKeyFile(key(name));
  }

  private void init(String name) throws IOException {
    only(name).expect(0, "init", "--key-file", key(name).toString());
  }

  private String stored(String name) {
    return "stored  " + place(name);
  }

  private String failed(String name) {
    return "FAILED  " + place(name) + ": " + reason(name);
  }

  private String reason(String name) {
    return "there is no directory " + place(name);
  }

  private static List<String> lastLines(Command.Ended ended, int count) {
    List<String> lines = ended.out().lines().toList();
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }

  private static List<String> names(Program program) throws IOException {
    return Answers.all(program.expect(0, "list", "--json").out(), "id");
  }

  private String restored(Program program, String name) throws Exception {
    Path to = scratch.resolve(name);
    program.expect(0, "restore", "latest", "--to", to.toString());
    try (Cluster cluster = Cluster.restored(TestPrograms.WITH_TOOLS, to)) {
      cluster.start();
      cluster.awaitPromotion();
      return cluster.sql(ROWS);
    }
  }

  private static Path makeTree(Path root) throws IOException {
    Files.createDirectories(root.resolve("a/deep/er"));
    Files.createDirectory(root.resolve("empty"));
    byte[] large = new byte[3_000_000];
    new SplittableRandom(1).nextBytes(large);
    Files.write(root.resolve("a/large"), large);
    Path script = Files.writeString(root.resolve("a/deep/er/script"), "text");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createLink(root.resolve("hard"), script);
    Files.createSymbolicLink(root.resolve("link"), Path.of("../no/where"));
    return root;
  }

  private String differences(Path expected, Path actual) throws IOException {
    Command.Ended ended =
        Command.run(
            scratch,
            Map.of(),
            List.of(
                "rsync", "-aHAXn", "--delete", "--checksum", "-i", expected + "/", actual + "/"));
    assertThat(ended.status()).as(ended.all()).isZero();
    return ended.out();
  }
}
