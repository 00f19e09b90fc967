package io.holdfast.engine.embedded;

import io.holdfast.postgres.testing.TestCluster;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/// A table of words in an embedded cluster.
final class TestRows {
  private TestRows() {}

  static Connection connect(EmbeddedCluster cluster) throws SQLException {
    return DriverManager.getConnection(cluster.url(), cluster.properties(EmbeddedCluster.NAME));
  }

  static void insert(EmbeddedCluster cluster, String word) throws SQLException {
    try (Connection connection = connect(cluster)) {
      insert(connection, word);
    }
  }

  static void insert(Connection connection, String word) throws SQLException {
    TestCluster.sql(connection, "CREATE TABLE IF NOT EXISTS words (word text)");
    TestCluster.sql(connection, "INSERT INTO words VALUES ('" + word + "')");
  }

  static List<String> read(EmbeddedCluster cluster) throws SQLException {
    return sql(cluster, "SELECT word FROM words ORDER BY word");
  }

  static List<String> sql(EmbeddedCluster cluster, String text) throws SQLException {
    try (Connection connection = connect(cluster)) {
      return TestCluster.sql(connection, text);
    }
  }
}
