package io.holdfast.systemtests;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// Sessions of one database that work, one transaction after the other, until something else ends.
///
/// @param pause between two transactions of a session
record Writers(Cluster cluster, int count, Duration pause) {
  /// What one of them does in a transaction.
  @FunctionalInterface
  interface Transaction {
    void run(Statement statement, int writer, SplittableRandom random) throws SQLException;
  }

  /// Lets them work until `meanwhile` ends. One transaction of ten is rolled back.
  void workDuring(long seed, Transaction work, Ledger.Scenario meanwhile) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Workers workers = Workers.platform("writer")) {
      for (int writer = 0; writer < count; writer++) {
        int number = writer;
        SplittableRandom random = Seeds.random(seed * 1000 + writer);
        workers.start(() -> work(number, random, work, over));
      }
      try {
        meanwhile.run();
      } finally {
        over.set(true);
      }
      workers.join();
    }
  }

  private void work(int writer, SplittableRandom random, Transaction work, AtomicBoolean over)
      throws IOException {
    try (Connection connection = cluster.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!over.get()) {
        work.run(statement, writer, random);
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
        LockSupport.parkNanos(pause.toNanos());
      }
    } catch (SQLException e) {
      throw new IOException("writer " + writer + ": " + e.getMessage(), e);
    }
  }
}
