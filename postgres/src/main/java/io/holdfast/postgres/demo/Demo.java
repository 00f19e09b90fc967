package io.holdfast.postgres.demo;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.server.ScratchServer;
import io.holdfast.postgres.server.ThrowawayServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;

/// The sample database of the quickstart: a shop under load, and the mistake.
public final class Demo implements AutoCloseable {
  private final ThrowawayServer server;
  private final DemoShop shop;

  private Demo(ThrowawayServer server, DemoShop shop) {
    this.server = server;
    this.shop = shop;
  }

  /// Makes the tables.
  public static Demo open(ThrowawayServer server, int rows) {
    try {
      return new Demo(server, DemoShop.create(server::connect, rows));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// Starts sessions that write until [#pause].
  public void start(int sessions, long seed) {
    shop.start(sessions, seed);
  }

  public void pause() throws IOException {
    shop.pause();
  }

  public long transactions() {
    return shop.transactions();
  }

  /// What every committed row is; exact while paused.
  public Map<Long, String> expected() {
    return shop.expected();
  }

  /// Drops the orders; the time at which that was committed, by the server's clock.
  public Instant dropOrders() {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE orders");
      try (ResultSet now = statement.executeQuery("SELECT clock_timestamp()")) {
        now.next();
        return now.getTimestamp(1).toInstant();
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// True if the orders are there.
  public boolean hasOrders() {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT to_regclass('orders') IS NOT NULL")) {
      return result.next() && result.getBoolean(1);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// The orders in a recovered server.
  public static Map<Long, String> ordersIn(ScratchServer recovered) {
    try (Connection connection = recovered.connect("postgres", "postgres")) {
      return DemoShop.read(connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// Changes one recovered row, so that the proof must fail.
  public static void tamper(ScratchServer recovered) {
    try (Connection connection = recovered.connect("postgres", "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE orders SET cents = cents + 1 WHERE id = (SELECT min(id) FROM orders)");
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static BackupException failed(SQLException e) {
    return new BackupException(
        ErrorCode.SERVER_UNAVAILABLE,
        "the sample database answers: " + e.getMessage(),
        "This should not happen; please report it.",
        e);
  }

  @Override
  public void close() {
    shop.close();
  }
}
