package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/// All or nothing, also on a connection that commits each statement.
public final class OneTransaction {
  private OneTransaction() {}

  /// What is done in the transaction.
  @FunctionalInterface
  public interface Work<T> {
    T run() throws SQLException, IOException;
  }

  /// Within the caller's transaction if the connection does not commit by itself.
  public static <T> T of(Connection connection, Work<T> work) throws SQLException, IOException {
    if (!connection.getAutoCommit()) {
      return work.run();
    }
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      T result = work.run();
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
  }
}
