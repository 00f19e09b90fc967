package io.holdfast.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Everything that a small database or a directory has, to be compared.
final class Contents {
  private Contents() {}

  /// All rows of all tables.
  static List<String> contents(Connection connection) throws SQLException {
    List<String> rows = new ArrayList<>();
    for (String table :
        run(
            connection,
            "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind = 'r' AND relnamespace ="
                + " 'public'::regnamespace ORDER BY 1")) {
      rows.addAll(
          run(connection, "SELECT '" + table + " ' || t::text FROM " + table + " t ORDER BY 1"));
    }
    return rows;
  }

  static List<String> contents(Cluster cluster, String database) throws SQLException {
    try (Connection connection = cluster.connect(database)) {
      return contents(connection);
    }
  }

  static void run(Cluster cluster, String database, String sql) throws SQLException {
    try (Connection connection = cluster.connect(database)) {
      run(connection, sql);
    }
  }

  /// The first column of what a statement answers, if it answers anything.
  static List<String> run(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (var statement = connection.createStatement()) {
      if (statement.execute(sql)) {
        try (var result = statement.getResultSet()) {
          while (result.next()) {
            rows.add(result.getString(1));
          }
        }
      }
    }
    return rows;
  }

  /// All files below a directory.
  static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        files.put(
            directory.relativize(file).toString(), bytes.length + " " + Arrays.hashCode(bytes));
      }
    }
    return files;
  }
}
