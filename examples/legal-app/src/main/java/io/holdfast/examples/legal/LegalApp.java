package io.holdfast.examples.legal;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.Driver;

/// The example application's tables, with as many accounts as asked for. The same seed and size
/// give the same rows and files to the byte, on every server.
public final class LegalApp {
  /// Tables whose numbers the database counts.
  private static final List<String> COUNTED =
      List.of(
          "jurisdictions",
          "job_queue",
          "speakers",
          "transcript_segments",
          "redactions",
          "timestamp_proofs",
          "billable_time",
          "audit_logs");

  private LegalApp() {}

  /// The statements that make the tables in an empty database.
  public static String schema() {
    return resource("schema.sql");
  }

  /// The scope map `account`, `matter` or `session`, as YAML.
  public static String scope(String name) {
    return resource("scope/" + name + ".scope.yaml");
  }

  private static String resource(String name) {
    try (InputStream resource = LegalApp.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalArgumentException("there is no " + name);
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + name + " of our own archive", e);
    }
  }

  /// Makes the tables. They do not stay if the caller's transaction is rolled back.
  public static void createSchema(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(schema());
    }
  }

  /// Fills the tables, which must be empty, in one transaction: its own if the connection commits
  /// by itself, else the caller's. Files that were written stay when it fails.
  ///
  /// @return how many rows each table got
  public static Map<String, Long> load(
      Connection connection, long seed, LegalAppSize size, AssetFiles assets)
      throws SQLException, IOException {
    Map<String, Long> written = new LinkedHashMap<>();
    Generation run = new Generation(connection, seed, size, assets, written);
    return OneTransaction.of(
        connection,
        () -> {
          requireEmpty(connection);
          GlobalRows.write(run);
          AccountRows.write(run);
          SessionRows.write(run);
          PaperRows.write(run);
          OfficeRows.write(run);
          advanceSequences(connection);
          return Map.copyOf(written);
        });
  }

  private static void requireEmpty(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM currencies)")) {
      result.next();
      if (result.getBoolean(1)) {
        throw new IllegalStateException(
            "there are rows already; load the example into an empty database");
      }
    }
  }

  private static void advanceSequences(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : COUNTED) {
        statement.execute(
            """
            SELECT setval(pg_get_serial_sequence('%1$s', 'id'), greatest(max(id), 1), count(*) > 0)
            FROM %1$s"""
                .formatted(table));
      }
    }
  }

  /// The id of the `index`th account that [#load] makes, counted from 0.
  public static UUID account(long seed, LegalAppSize size, int index) {
    if (index < 0 || index >= size.accounts()) {
      throw new IllegalArgumentException("there is no account " + index);
    }
    return new Account(seed, size, index).id();
  }

  /// A day on which every account is used a little: rows come, change and go. The same rows, seed
  /// and day give the same rows afterwards. Files are neither written nor removed.
  public static DayOfUse.Changes use(Connection connection, long seed, int day)
      throws SQLException, IOException {
    return OneTransaction.of(connection, () -> new DayOfUse(connection, seed, day).ofAll());
  }

  /// As [#use], but only one account is used: as it would be among all, apart from the numbers that
  /// the database counts.
  public static DayOfUse.Changes useOne(Connection connection, long seed, int day, UUID account)
      throws SQLException, IOException {
    return OneTransaction.of(connection, () -> new DayOfUse(connection, seed, day).of(account));
  }

  /// Makes the tables and fills them; says what is wrong with the arguments otherwise.
  public static void main(String[] arguments) {
    System.exit(run(arguments, System.out, System.err));
  }

  /// @return the exit status
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    try {
      Arguments asked = Arguments.parse(List.of(arguments));
      try (Connection connection = connect(asked)) {
        connection.setAutoCommit(false);
        createSchema(connection);
        long begin = System.nanoTime();
        Map<String, Long> written = load(connection, asked.seed(), asked.size(), asked.assets());
        connection.commit();
        long rows = written.values().stream().mapToLong(Long::longValue).sum();
        out.printf(
            "%d accounts, %d rows, in %.1f s%n",
            asked.size().accounts(), rows, (System.nanoTime() - begin) / 1e9);
        out.println("first account: " + account(asked.seed(), asked.size(), 0));
      }
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("legal-app: " + e.getMessage());
      err.println(Arguments.USAGE);
      return 2;
    } catch (IllegalStateException | IOException | SQLException e) {
      err.println("legal-app: " + e.getMessage());
      return 1;
    }
  }

  private static Connection connect(Arguments asked) throws SQLException {
    Properties properties = new Properties();
    asked.user().ifPresent(user -> properties.setProperty("user", user));
    asked.password().ifPresent(password -> properties.setProperty("password", password));
    Connection connection = new Driver().connect(asked.jdbcUrl(), properties);
    if (connection == null) {
      throw new IllegalArgumentException("not the URL of a PostgreSQL database");
    }
    return connection;
  }
}
