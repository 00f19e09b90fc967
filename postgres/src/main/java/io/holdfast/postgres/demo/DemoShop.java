package io.holdfast.postgres.demo;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Several sessions that insert, change and delete orders at once. Each works on its own customers,
/// so the model is exact: after a commit returned, the session notes what the rows are now.
/// *Guarded* by concurrent maps; one shop per database.
public final class DemoShop implements AutoCloseable {
  private static final int CUSTOMERS_PER_SESSION = 20;
  private static final int ROWS_PER_TRANSACTION = 5;

  /// Opens one more connection to the database.
  @FunctionalInterface
  public interface Connections {
    Connection open() throws SQLException;
  }

  private final Connections connections;
  private final Map<Long, String> model = new ConcurrentHashMap<>();
  private final AtomicLong transactions = new AtomicLong();
  private final AtomicLong nextId;
  private final AtomicBoolean stop = new AtomicBoolean();
  private final Workers sessions = Workers.virtual("shop");

  private DemoShop(Connections connections, long firstId) {
    this.connections = connections;
    this.nextId = new AtomicLong(firstId);
  }

  /// Makes the tables with `rows` orders.
  public static DemoShop create(Connections connections, int rows) throws SQLException {
    DemoShop shop = new DemoShop(connections, rows + 1L);
    try (Connection connection = connections.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL, item text NOT NULL,"
              + " cents bigint NOT NULL, changed timestamptz NOT NULL DEFAULT clock_timestamp())");
      statement.execute(
          "INSERT INTO orders (id, customer, item, cents) SELECT n, n % 97, 'item ' || md5(n::text),"
              + " n * 37 % 10007 FROM generate_series(1, "
              + rows
              + ") AS n");
      statement.execute("CREATE INDEX ON orders (customer)");
      statement.execute("CHECKPOINT");
      shop.model.putAll(read(connection));
    }
    return shop;
  }

  /// Starts sessions that write until [#pause].
  public void start(int count, long seed) {
    stop.set(false);
    for (int session = 0; session < count; session++) {
      int number = session;
      var random = new SplittableRandom(seed + session);
      sessions.start(() -> write(number, random));
    }
  }

  /// Stops the sessions and waits for them; afterwards [#expected] is exact.
  public void pause() throws IOException {
    stop.set(true);
    sessions.join();
  }

  /// Committed transactions so far.
  public long transactions() {
    return transactions.get();
  }

  /// What every committed row must be: id to `customer|item|cents`.
  public Map<Long, String> expected() {
    return new TreeMap<>(model);
  }

  /// What the rows are in some database.
  public static Map<Long, String> read(Connection connection) throws SQLException {
    var rows = new TreeMap<Long, String>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT id, customer, item, cents FROM orders ORDER BY id")) {
      while (result.next()) {
        rows.put(result.getLong(1), text(result.getInt(2), result.getString(3), result.getLong(4)));
      }
    }
    return rows;
  }

  private void write(int session, SplittableRandom random) throws IOException {
    try (Connection connection = connections.open()) {
      connection.setAutoCommit(false);
      List<Long> own = new ArrayList<>();
      while (!stop.get()) {
        var changes = new TreeMap<Long, String>();
        for (int i = 0; i < ROWS_PER_TRANSACTION; i++) {
          change(connection, session, random, own, changes);
        }
        connection.commit();
        changes.forEach(this::remember);
        transactions.incrementAndGet();
      }
    } catch (SQLException e) {
      throw new IOException("sample load: " + e.getMessage(), e);
    }
  }

  private void change(
      Connection connection,
      int session,
      SplittableRandom random,
      List<Long> own,
      Map<Long, String> changes)
      throws SQLException {
    int dice = random.nextInt(10);
    if (own.isEmpty() || dice < 6) {
      long id = nextId.getAndIncrement();
      int customer = 1000 + session * CUSTOMERS_PER_SESSION + random.nextInt(CUSTOMERS_PER_SESSION);
      String item = "item " + Long.toHexString(random.nextLong());
      long cents = random.nextLong(1, 100_000);
      run(
          connection,
          "INSERT INTO orders (id, customer, item, cents) VALUES (?, ?, ?, ?)",
          id,
          customer,
          item,
          cents);
      own.add(id);
      changes.put(id, text(customer, item, cents));
    } else if (dice < 9) {
      long id = own.get(random.nextInt(own.size()));
      long cents = random.nextLong(1, 100_000);
      String before = changes.getOrDefault(id, model.getOrDefault(id, ""));
      run(
          connection,
          "UPDATE orders SET cents = ?, changed = clock_timestamp() WHERE id = ?",
          cents,
          id);
      changes.put(id, before.substring(0, before.lastIndexOf('|') + 1) + cents);
    } else {
      long id = own.remove(random.nextInt(own.size()));
      run(connection, "DELETE FROM orders WHERE id = ?", id);
      changes.put(id, "");
    }
  }

  private void remember(long id, String row) {
    if (row.isEmpty()) {
      model.remove(id);
    } else {
      model.put(id, row);
    }
  }

  private static void run(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    }
  }

  private static String text(int customer, String item, long cents) {
    return customer + "|" + item + "|" + cents;
  }

  @Override
  public void close() {
    stop.set(true);
    sessions.close();
  }
}
