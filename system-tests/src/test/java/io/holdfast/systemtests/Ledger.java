package io.holdfast.systemtests;

import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/// Concurrent sessions that write to a table, and the exact account of what they committed: the
/// model that a recovered cluster is compared with.
///
/// Sessions work at the same time, but commit one after the other, so that the order of commits is
/// known without reading WAL. After each commit, a message of its own in the WAL keeps the next
/// commit apart from the position noted for this one.
final class Ledger {
  private static final int ROWS_IN_TRANSACTION_MAX = 8;
  private static final int KEYS_PER_WRITER = 400;
  private static final Duration BETWEEN_TRANSACTIONS = Duration.ofMillis(4);

  private final Cluster cluster;
  private final ReentrantLock commits = new ReentrantLock();
  private final List<Commit> account = new ArrayList<>();

  /// One committed transaction.
  ///
  /// @param position of WAL before which this is the last commit
  /// @param restorePoint made directly after it, if one was
  /// @param changes new values by key; absent means deleted
  record Commit(
      String xid,
      String position,
      OffsetDateTime time,
      Optional<String> restorePoint,
      Map<Long, Optional<Long>> changes) {}

  /// What happens while sessions write.
  @FunctionalInterface
  interface Scenario {
    void run() throws Exception;
  }

  Ledger(Cluster cluster) {
    this.cluster = cluster;
  }

  /// Makes the tables.
  ///
  /// @param tableSpace SQL like `TABLESPACE one`, or nothing
  /// @param ballastRows of about a kilobyte, in a table that writers change all over
  void create(String tableSpace, String indexSpace, int ballastRows) throws SQLException {
    cluster.execute(
        "CREATE TABLE ledger (id bigint PRIMARY KEY "
            + (indexSpace.isEmpty() ? "" : "USING INDEX " + indexSpace)
            + ", value bigint NOT NULL, note text NOT NULL) "
            + tableSpace,
        "CREATE TABLE ballast (id int PRIMARY KEY, version int NOT NULL, filler text NOT NULL)",
        "INSERT INTO ballast SELECT n, 0, (SELECT string_agg(md5(n::text || i::text), '')"
            + " FROM generate_series(1, 30) i) FROM generate_series(1, "
            + ballastRows
            + ") n",
        "CREATE INDEX ON ballast (filler text_pattern_ops) WHERE id % 50 = 0");
  }

  /// Lets several sessions commit some transactions each, while `meanwhile` runs.
  void write(long seed, int writers, int transactionsEach, Workers.Work meanwhile)
      throws Exception {
    try (Workers workers = Workers.platform("ledger")) {
      start(workers, seed, writers, done -> done < transactionsEach);
      workers.start(meanwhile);
      workers.join();
    }
  }

  /// Lets several sessions commit a few hundred transactions a second until `meanwhile` ends.
  void writeDuring(long seed, int writers, Scenario meanwhile) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Workers workers = Workers.platform("ledger")) {
      start(workers, seed, writers, _ -> !over.get() && breathe());
      try {
        meanwhile.run();
      } finally {
        over.set(true);
      }
      workers.join();
    }
  }

  private void start(Workers workers, long seed, int writers, IntPredicate more) {
    for (int writer = 0; writer < writers; writer++) {
      int number = writer;
      SplittableRandom random = Seeds.random(seed * 1000 + writer);
      workers.start(() -> session(number, random, more));
    }
  }

  private static boolean breathe() {
    LockSupport.parkNanos(BETWEEN_TRANSACTIONS.toNanos());
    return true;
  }

  /// Goes on from an account that another ledger began: the cluster was recovered to its end.
  void adopt(List<Commit> before) {
    account.addAll(before);
  }

  /// All commits so far, in their order.
  List<Commit> account() {
    commits.lock();
    try {
      return List.copyOf(account);
    } finally {
      commits.unlock();
    }
  }

  /// The table after the first commits of the account.
  static Map<Long, Long> stateAfter(List<Commit> account, int commits) {
    Map<Long, Long> state = new TreeMap<>();
    for (Commit commit : account.subList(0, commits)) {
      commit
          .changes()
          .forEach(
              (id, value) -> {
                if (value.isPresent()) {
                  state.put(id, value.get());
                } else {
                  state.remove(id);
                }
              });
    }
    return state;
  }

  /// The table as a server has it. A row whose note does not belong to its value is an error.
  static Map<Long, Long> read(Cluster cluster) throws SQLException {
    Map<Long, Long> state = new TreeMap<>();
    try (Connection connection = cluster.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, value, note FROM ledger")) {
      while (rows.next()) {
        long id = rows.getLong(1);
        long value = rows.getLong(2);
        if (!rows.getString(3).equals(note(id, value)) || state.put(id, value) != null) {
          throw new AssertionError("row " + id + " of the ledger is not as it was written");
        }
      }
    }
    return state;
  }

  private void session(int writer, SplittableRandom random, IntPredicate more) throws IOException {
    Map<Long, Long> mine = rowsOf(writer);
    try (Connection connection = cluster.connect()) {
      connection.setAutoCommit(false);
      for (int done = 0; more.test(done); done++) {
        Map<Long, Optional<Long>> changes = change(connection, writer, random, mine);
        if (random.nextInt(10) == 0) {
          connection.rollback();
          continue;
        }
        commit(connection, changes, random.nextInt(8) == 0);
        changes.forEach(
            (id, value) -> {
              if (value.isPresent()) {
                mine.put(id, value.get());
              } else {
                mine.remove(id);
              }
            });
      }
    } catch (SQLException e) {
      throw new IOException("writer " + writer + ": " + e.getMessage(), e);
    }
  }

  private Map<Long, Long> rowsOf(int writer) {
    List<Commit> before = account();
    Map<Long, Long> rows = new HashMap<>(stateAfter(before, before.size()));
    rows.keySet().removeIf(id -> id / KEYS_PER_WRITER != writer);
    return rows;
  }

  private static Map<Long, Optional<Long>> change(
      Connection connection, int writer, SplittableRandom random, Map<Long, Long> mine)
      throws SQLException {
    Map<Long, Optional<Long>> changes = new HashMap<>();
    int count = 1 + random.nextInt(ROWS_IN_TRANSACTION_MAX);
    for (int i = 0; i < count; i++) {
      long id = (long) writer * KEYS_PER_WRITER + random.nextInt(KEYS_PER_WRITER);
      if (changes.containsKey(id)) {
        continue;
      }
      if (!mine.containsKey(id)) {
        long value = random.nextInt(1_000_000);
        run(connection, "INSERT INTO ledger VALUES (?, ?, ?)", id, value, note(id, value));
        changes.put(id, Optional.of(value));
      } else if (random.nextInt(3) == 0) {
        run(connection, "DELETE FROM ledger WHERE id = ?", id);
        changes.put(id, Optional.empty());
      } else {
        long value = random.nextInt(1_000_000);
        run(
            connection,
            "UPDATE ledger SET value = ?, note = ? WHERE id = ?",
            value,
            note(id, value),
            id);
        changes.put(id, Optional.of(value));
      }
    }
    run(
        connection,
        "UPDATE ballast SET version = version + 1 WHERE id = (SELECT id FROM ballast WHERE id >= ?"
            + " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)",
        (long) random.nextInt(1_000_000) % 2000);
    return changes;
  }

  private void commit(
      Connection connection, Map<Long, Optional<Long>> changes, boolean withRestorePoint)
      throws SQLException {
    String xid = ask(connection, "SELECT txid_current()::text");
    commits.lock();
    try {
      connection.commit();
      String position = ask(connection, "SELECT pg_current_wal_insert_lsn()::text");
      ask(connection, "SELECT pg_logical_emit_message(false, 'ledger', 'apart')::text");
      Optional<String> restorePoint =
          withRestorePoint ? Optional.of("point_" + account.size()) : Optional.empty();
      if (restorePoint.isPresent()) {
        ask(connection, "SELECT pg_create_restore_point('" + restorePoint.get() + "')::text");
      }
      OffsetDateTime time = commitTime(connection, xid);
      connection.commit();
      account.add(new Commit(xid, position, time, restorePoint, changes));
    } finally {
      commits.unlock();
    }
  }

  private static OffsetDateTime commitTime(Connection connection, String xid) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_xact_commit_timestamp(?::text::xid)")) {
      statement.setString(1, Long.toString(Long.parseLong(xid) & 0xffff_ffffL));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getObject(1, OffsetDateTime.class);
      }
    }
  }

  private static String ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
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

  private static String note(long id, long value) {
    return "row " + id + " has " + Long.toString(value * 31 + id, 36) + " of " + value;
  }
}
