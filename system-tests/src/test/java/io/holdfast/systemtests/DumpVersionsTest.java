package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A dump of one version comes back in the same version and in a newer one. `pg_dump` of the newer
/// one shows no difference; where this machine has none, the test is skipped.
class DumpVersionsTest {
  private static final int NOT_NULL_HAS_NAME_SINCE = 18;

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @ParameterizedTest(name = "{0} into {1}")
  @CsvSource({"17, 17", "15, 17", "18, 18"})
  void aDumpComesBackInTheSameAndInANewerVersion(int from, int to) throws Exception {
    ClientTools tools = ClientTools.of(to);
    try (Cluster source = Cluster.create(from, scratch.resolve("source"), Map.of());
        Cluster target = Cluster.create(to, scratch.resolve("target"), Map.of())) {
      source.execute("CREATE DATABASE erp");
      ClientTools.load(source, "erp", "dump-sample.sql");
      for (int version : new int[] {17, 18}) {
        if (from >= version) {
          ClientTools.load(source, "erp", "dump-sample-" + version + ".sql");
        }
      }
      if (isShownInOtherWords(from, to)) {
        // pg_restore is stopped by it.
        ClientTools.psql(source, "erp", "--command=ALTER EVENT TRIGGER no_ddl DISABLE");
      }
      Program program = new Program(scratch).with("HOLDFAST_PG_BIN", tools.directory().toString());
      program.expect(0, "init");
      program.with("DATABASE_URL", source.url("erp")).expect(0, "dump", "backup");

      target.execute("CREATE DATABASE copy TEMPLATE template0");
      program.expect(0, "dump", "restore", "latest", "--globals", "--url", target.url("copy"));
      ClientTools.requireSame(tools.dump(target, "copy"), expected(tools, source, target));
      assertThat(RowDigests.of(target, "copy")).isEqualTo(RowDigests.of(source, "erp"));
    }
  }

  /// Another version shows views in other words, and `pg_dump` of 18 does not bring back all names
  /// of `NOT NULL` constraints that a table has from another by `LIKE`.
  private static boolean isShownInOtherWords(int from, int to) {
    return from != to || from >= NOT_NULL_HAS_NAME_SINCE;
  }

  /// What `pg_dump` says of the source; where that cannot be, what it says of a copy that
  /// PostgreSQL itself made.
  private List<String> expected(ClientTools tools, Cluster source, Cluster target)
      throws Exception {
    if (!isShownInOtherWords(source.major(), target.major())) {
      return tools.dump(source, "erp");
    }
    target.execute("CREATE DATABASE reference TEMPLATE template0");
    ClientTools.of(source.major())
        .copy(source, "erp", target, "reference", scratch.resolve("reference"));
    return tools.dump(target, "reference");
  }
}
