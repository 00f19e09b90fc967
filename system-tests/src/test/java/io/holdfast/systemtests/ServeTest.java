package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `holdfast serve` as it is shipped: its own PostgreSQL for the catalog, a backup by request, and
/// a restore of it without the server.
class ServeTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void aBackupMadeByRequestIsRestoredWithoutTheServer() throws Exception {
    try (Cluster source = Cluster.create(scratch.resolve("source"))) {
      source.execute("CREATE TABLE t AS SELECT n, md5(n::text) FROM generate_series(1, 20000) n");
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");

      String backup;
      String token;
      try (Serving server = Serving.start(program, scratch)) {
        token = server.setUp();
        backup = server.backUp(token);
      }
      try (Serving again = Serving.start(program, scratch)) {
        assertThat(again.said()).as("it is set up").doesNotContain("hfsetup_");
        assertThat(again.send("GET", "/api/admin/backup/list", token, "").body()).contains(backup);
        assertThat(again.send("GET", "/api/admin/backup/list", token + "x", "").statusCode())
            .isEqualTo(401);
      }

      Path restored = scratch.resolve("restored");
      program.expect(0, "restore", backup, "--to", restored.toString());
      try (Cluster copy = Cluster.restored(source.major(), restored)) {
        String rows = "SELECT count(*) || ' ' || md5(string_agg(t::text, ',' ORDER BY n)) FROM t";
        copy.start();
        copy.awaitPromotion();
        assertThat(copy.sql(rows)).isEqualTo(source.sql(rows));
      }
      assertNoProcessNames(scratch.resolve("data"));
    }
  }

  @Test
  void aDirectoryThatASecondServerWantsIsRefused() throws Exception {
    Program program = new Program(scratch).with("DATABASE_URL", "postgresql://u@127.0.0.1:1/x");
    program.expect(0, "init");
    try (Serving server = Serving.start(program, scratch)) {
      Command.Ended refused =
          program.run("serve", "--port", "0", "--data", scratch.resolve("data").toString());
      assertThat(refused.status()).as(refused.all()).isNotZero();
      assertThat(refused.all()).contains(scratch.resolve("data").toString()).contains("hint");
      assertThat(server.said()).contains("serving on");
    }
  }

  @Test
  void aServerWhosePostgresqlDiesSaysSoAndEnds() throws Exception {
    Program program = new Program(scratch).with("DATABASE_URL", "postgresql://u@127.0.0.1:1/x");
    program.expect(0, "init");
    Serving server = Serving.start(program, scratch);
    try (Stream<Path> files = Files.walk(scratch.resolve("data"))) {
      Path pid = files.filter(file -> file.endsWith("postmaster.pid")).findFirst().orElseThrow();
      long postmaster = Long.parseLong(Files.readAllLines(pid).getFirst());
      assertThat(ProcessHandle.of(postmaster).orElseThrow().destroyForcibly()).isTrue();
    }
    assertThat(server.process().waitFor(150, TimeUnit.SECONDS)).as(server.said()).isTrue();
    assertThat(server.process().exitValue()).isNotZero();
    assertThat(server.said()).contains("the embedded PostgreSQL server of the catalog ended");
    server.close();
  }

  /// Nothing that the server started is left.
  private static void assertNoProcessNames(Path data) {
    assertThat(
            ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(line -> line.contains(data.toString())))
        .isEmpty();
  }
}
