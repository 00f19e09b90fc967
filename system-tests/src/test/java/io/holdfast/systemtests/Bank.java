package io.holdfast.systemtests;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.SplittableRandom;

/// Sessions that work on tables all the time, and what holds at every moment for whoever sees a
/// single one: no money comes or goes, each invoice has the lines that it says, each parcel is in
/// one place, and each writer's own count of what it did is the number of its entries in a journal.
final class Bank {
  private static final Duration PAUSE = Duration.ofMillis(40);
  private static final int PARCELS = 2_000;
  private static final int PLACES = 4;
  private static final long BALANCE = 1_000;

  /// Each finds what must not be; nothing is how it should be.
  private static final String[] BROKEN = {
    "SELECT 'money: ' || sum(balance) FROM accounts HAVING sum(balance) <> count(*) * " + BALANCE,
    "SELECT 'invoice ' || i.id FROM invoices i"
        + " LEFT JOIN (SELECT invoice, count(*) AS n FROM lines GROUP BY invoice) l ON l.invoice = i.id"
        + " WHERE l.n IS DISTINCT FROM i.lines",
    "SELECT 'line of ' || l.invoice FROM lines l LEFT JOIN invoices i ON i.id = l.invoice WHERE i.id IS NULL",
    "SELECT 'parcels: ' || count(*) || ', ' || count(DISTINCT id) FROM parcels"
        + " HAVING count(*) <> "
        + PARCELS
        + " OR count(DISTINCT id) <> "
        + PARCELS,
    "SELECT 'writer ' || w.id FROM writers w"
        + " LEFT JOIN (SELECT writer, count(*) AS n, max(number) AS last FROM journal GROUP BY writer) j"
        + " ON j.writer = w.id WHERE w.done <> coalesce(j.n, 0) OR w.done <> coalesce(j.last, 0)"
  };

  private final Cluster cluster;
  private final int accounts;

  /// @param accounts of nearly a page each: 20,000 of them are read in two parts
  Bank(Cluster cluster, int accounts) {
    this.cluster = cluster;
    this.accounts = accounts;
  }

  void create(int writers) throws SQLException {
    cluster.execute(
        "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL, filler text NOT NULL)",
        "ALTER TABLE accounts ALTER filler SET STORAGE plain",
        "INSERT INTO accounts SELECT i, %d, repeat('x', 7000) FROM generate_series(0, %d) i"
            .formatted(BALANCE, accounts - 1),
        "CREATE TABLE invoices (id text PRIMARY KEY, lines int NOT NULL)",
        "CREATE TABLE lines (invoice text NOT NULL REFERENCES invoices, number int, PRIMARY KEY (invoice, number))",
        "CREATE TABLE parcels (id int, place int, PRIMARY KEY (id, place)) PARTITION BY LIST (place)",
        "CREATE TABLE writers (id int PRIMARY KEY, done bigint NOT NULL)",
        "INSERT INTO writers SELECT i, 0 FROM generate_series(0, " + (writers - 1) + ") i",
        "CREATE TABLE journal (writer int, number bigint, PRIMARY KEY (writer, number))");
    for (int place = 0; place < PLACES; place++) {
      cluster.execute(
          "CREATE TABLE place_%d PARTITION OF parcels FOR VALUES IN (%d)".formatted(place, place));
    }
    cluster.execute(
        "INSERT INTO parcels SELECT i, i %% %d FROM generate_series(1, %d) i"
            .formatted(PLACES, PARCELS),
        "VACUUM ANALYZE");
  }

  /// Lets sessions work until `meanwhile` ends.
  void workDuring(long seed, int writers, Ledger.Scenario meanwhile) throws Exception {
    new Writers(cluster, writers, PAUSE).workDuring(seed, this::transact, meanwhile);
  }

  private void transact(Statement statement, int writer, SplittableRandom random)
      throws SQLException {
    statement.execute(
        "WITH w AS (UPDATE writers SET done = done + 1 WHERE id = %d RETURNING id, done)"
                .formatted(writer)
            + " INSERT INTO journal SELECT id, done FROM w");
    switch (random.nextInt(3)) {
      case 0 -> transfer(statement, random);
      case 1 -> invoice(statement, writer, 1 + random.nextInt(5));
      default ->
          statement.execute(
              "UPDATE parcels SET place = (place + 1) %% %d WHERE id = (SELECT id FROM parcels WHERE id %% 50 = %d ORDER BY random() LIMIT 1)"
                  .formatted(PLACES, writer % 50));
    }
  }

  /// The smaller number first: two transfers never wait for each other in a circle.
  private void transfer(Statement statement, SplittableRandom random) throws SQLException {
    int one = random.nextInt(accounts - 1);
    int other = one + 1 + random.nextInt(accounts - one - 1);
    long amount = random.nextLong(-500, 500);
    String change = "UPDATE accounts SET balance = balance + %d WHERE id = %d";
    statement.execute(change.formatted(amount, one));
    statement.execute(change.formatted(-amount, other));
  }

  private static void invoice(Statement statement, int writer, int lines) throws SQLException {
    statement.execute(
        "WITH i AS (INSERT INTO invoices SELECT %d || '-' || done, %d FROM writers WHERE id = %d RETURNING id, lines)"
                .formatted(writer, lines, writer)
            + " SELECT id FROM i");
    statement.execute(
        "INSERT INTO lines SELECT %d || '-' || done, n FROM writers, generate_series(1, %d) n WHERE id = %d"
            .formatted(writer, lines, writer));
  }

  /// What is broken in a copy; empty if all is well.
  static String broken(Cluster cluster, String database) throws SQLException {
    StringBuilder found = new StringBuilder();
    for (String query : BROKEN) {
      found.append(cluster.sqlIn(database, query));
    }
    return found.toString();
  }
}
