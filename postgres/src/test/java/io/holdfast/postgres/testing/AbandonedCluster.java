package io.holdfast.postgres.testing;

import java.nio.file.Path;

/// A process that starts a cluster, prints where it is and waits to be killed.
public final class AbandonedCluster {
  private AbandonedCluster() {}

  /// @param arguments the directory in which to make the place
  public static void main(String[] arguments) throws Exception {
    TestCluster cluster = TestCluster.createIn(Path.of(arguments[0]), 13);
    cluster.start();
    System.out.println(cluster.place().directory());
    System.out.flush();
    int end = System.in.read();
    System.exit(end);
  }
}
