package io.holdfast.engine.embedded;

import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.testing.TestPrograms;
import java.nio.file.Path;
import java.util.List;

/// A process that opens a cluster, commits a row, prints the version and waits to be killed.
public final class AbandonedEmbedded {
  private AbandonedEmbedded() {}

  /// @param arguments the directory of the cluster
  public static void main(String[] arguments) throws Exception {
    InstalledServers servers = new InstalledServers(List.of(TestPrograms.of(18)));
    EmbeddedCluster cluster =
        EmbeddedCluster.open(
            TestEngine.context(),
            new EmbeddedRequest(Path.of(arguments[0]), Path.of("none")),
            servers);
    TestRows.insert(cluster, "abandoned");
    System.out.println("committed");
    System.out.flush();
    int end = System.in.read();
    System.exit(end);
  }
}
