package io.holdfast.postgres.wal;

import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.testing.TestCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Writes to a server what leaves interesting WAL, and keeps a ledger by what the server itself
/// answers.
public final class WalWorkload {
  /// A transaction with a number that has ended.
  ///
  /// @param before the insert position before its end, `after` the one after it
  /// @param time of commits, as `pg_xact_commit_timestamp` answers
  public record Ended(long xid, boolean commit, Instant time, Lsn before, Lsn after) {}

  /// A restore point and what `pg_create_restore_point` answered.
  public record Point(String name, Lsn end) {}

  private final TestCluster cluster;
  private final Connection connection;
  private final SplittableRandom random;
  private final List<String> compressions;
  public final List<Ended> ended = new ArrayList<>();
  public final List<Point> points = new ArrayList<>();
  private int names;

  public WalWorkload(
      TestCluster cluster, Connection connection, SplittableRandom random, int majorVersion) {
    this.cluster = cluster;
    this.connection = connection;
    this.random = random;
    this.compressions =
        majorVersion == 15 ? List.of("off", "pglz", "lz4", "zstd") : List.of("off", "on");
  }

  /// Settings without which the ledger cannot be kept.
  public static void configure(TestCluster cluster) throws java.io.IOException {
    cluster.configure(
        "wal_level = logical",
        "track_commit_timestamp = on",
        "max_prepared_transactions = 5",
        "wal_keep_size = 2GB",
        "full_page_writes = on");
  }

  public void prepare() throws SQLException {
    sql("CREATE TABLE IF NOT EXISTS t (id bigserial PRIMARY KEY, v text)");
    sql("INSERT INTO t (v) SELECT repeat(md5(i::text), 10) FROM generate_series(1, 3000) i");
  }

  public void run(int steps) throws SQLException {
    for (int i = 0; i < steps; i++) {
      switch (random.nextInt(16)) {
        case 0 -> rollback();
        case 1 -> savepoints();
        case 2, 3 -> prepared();
        case 4 -> dropsRelations();
        case 5 -> restorePoint();
        case 6 -> bigMessage();
        case 7 -> images();
        case 8 -> {
          if (random.nextInt(4) == 0) {
            sql("SELECT pg_switch_wal()");
          }
        }
        default -> commit();
      }
    }
  }

  private void commit() throws SQLException {
    transaction("INSERT INTO t (v) SELECT repeat('x', 50) FROM generate_series(1, 3)");
  }

  private void transaction(String work) throws SQLException {
    sql("BEGIN");
    sql(work);
    long xid = number("SELECT txid_current()");
    Lsn before = insertPosition();
    sql("COMMIT");
    remember(xid, true, before);
  }

  private void rollback() throws SQLException {
    sql("BEGIN");
    sql("INSERT INTO t (v) VALUES ('never')");
    long xid = number("SELECT txid_current()");
    Lsn before = insertPosition();
    sql("ROLLBACK");
    remember(xid, false, before);
  }

  private void savepoints() throws SQLException {
    transaction(
        "SAVEPOINT a; INSERT INTO t (v) VALUES ('a'); SAVEPOINT b; INSERT INTO t (v) VALUES ('b');"
            + " ROLLBACK TO b; INSERT INTO t (v) VALUES ('c'); RELEASE a");
  }

  private void dropsRelations() throws SQLException {
    String table = "d" + names++;
    transaction("CREATE TABLE " + table + " (i int PRIMARY KEY, v text); DROP TABLE " + table);
  }

  private void prepared() throws SQLException {
    String name = "p" + names++;
    sql("BEGIN");
    sql("INSERT INTO t (v) VALUES ('prepared')");
    if (random.nextBoolean()) {
      sql("SAVEPOINT s; CREATE TABLE " + name + " (i int PRIMARY KEY); DROP TABLE " + name);
    }
    long xid = number("SELECT txid_current()");
    sql("PREPARE TRANSACTION '" + name + "'");
    commit();
    boolean commit = random.nextInt(3) > 0;
    Lsn before = insertPosition();
    sql((commit ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + name + "'");
    remember(xid, commit, before);
  }

  private void restorePoint() throws SQLException {
    String name = "point \u00e4 " + names++;
    points.add(new Point(name, lsn("SELECT pg_create_restore_point('" + name + "')")));
  }

  private void bigMessage() throws SQLException {
    int bytes = random.nextInt(random.nextInt(6) == 0 ? 3_000_000 : 60_000);
    number(
        "SELECT length(pg_logical_emit_message(false, 'big', repeat('b', " + bytes + "))::text)");
  }

  private void images() throws SQLException {
    sql("SET wal_compression = " + compressions.get(random.nextInt(compressions.size())));
    sql("CHECKPOINT");
    transaction("UPDATE t SET v = v || 'i' WHERE id % 17 = " + random.nextInt(17));
  }

  private void remember(long xid, boolean commit, Lsn before) throws SQLException {
    Instant time = Instant.EPOCH;
    if (commit) {
      try (Statement statement = connection.createStatement();
          ResultSet result =
              statement.executeQuery("SELECT pg_xact_commit_timestamp('" + xid + "'::xid)")) {
        result.next();
        time = result.getObject(1, OffsetDateTime.class).toInstant();
      }
    }
    ended.add(new Ended(xid, commit, time, before, insertPosition()));
  }

  public Lsn insertPosition() throws SQLException {
    return lsn("SELECT pg_current_wal_insert_lsn()");
  }

  private Lsn lsn(String query) throws SQLException {
    return Lsn.parse(TestCluster.sql(connection, query).getFirst());
  }

  private long number(String query) throws SQLException {
    return Long.parseLong(TestCluster.sql(connection, query).getFirst());
  }

  private void sql(String text) throws SQLException {
    TestCluster.sql(connection, text);
  }

  public TestCluster cluster() {
    return cluster;
  }
}
