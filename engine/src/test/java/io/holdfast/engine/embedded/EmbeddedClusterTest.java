package io.holdfast.engine.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedClusterTest {
  @Test
  void rowsAreThereAfterReopening() throws Exception {
    Path dir = Files.createTempDirectory(Path.of("/tmp"), "hf-emb");
    Files.setPosixFilePermissions(
        dir, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    EngineContext context =
        TestEngine.context()
            .withEnvironment(Map.of("HOLDFAST_PG_BIN", TestPrograms.of(18).directory().toString()));
    EmbeddedRequest request = new EmbeddedRequest(dir.resolve("catalog"), Path.of("/nowhere"));
    for (int i = 0; i < 2; i++) {
      long begin = System.nanoTime();
      try (EmbeddedCluster cluster = EmbeddedCluster.open(context, request)) {
        try (Connection c =
            DriverManager.getConnection(cluster.url(), cluster.properties(EmbeddedCluster.NAME))) {
          c.createStatement().execute("create table if not exists t(a int)");
          c.createStatement().execute("insert into t values (1)");
          var r = c.createStatement().executeQuery("select count(*) from t");
          r.next();
          assertThat(r.getInt(1)).isEqualTo(i + 1);
        }
        begin = System.nanoTime();
      }
    }
  }
}
