package io.holdfast.examples.legal;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/// One run of the generator: where it writes, and what it has written.
///
/// @param written rows of each table so far
record Generation(
    Connection connection,
    long seed,
    LegalAppSize size,
    AssetFiles assets,
    Map<String, Long> written) {
  /// Writes the rows of one account.
  @FunctionalInterface
  interface OfAccount {
    void write(CopyTable table, Account account) throws SQLException, IOException;
  }

  /// Writes the rows of one session.
  @FunctionalInterface
  interface OfSession {
    void write(CopyTable table, Session session) throws SQLException, IOException;
  }

  Account account(int index) {
    return new Account(seed, size, index);
  }

  /// Fills one table, account by account.
  ///
  /// @param columns as in COPY, without the parentheses
  void fill(String table, String columns, OfAccount rows) throws SQLException, IOException {
    try (CopyTable copy = CopyTable.into(connection, table + " (" + columns + ")")) {
      for (int index = 0; index < size.accounts(); index++) {
        rows.write(copy, account(index));
      }
      written.put(table, copy.finish());
    }
  }

  /// Fills one table, session by session, always in the same order.
  void fillBySession(String table, String columns, OfSession rows)
      throws SQLException, IOException {
    fill(
        table,
        columns,
        (copy, account) -> {
          for (int binder = 0; binder < account.binders(); binder++) {
            int sessions = account.sessions(binder);
            for (int number = 0; number < sessions; number++) {
              rows.write(copy, new Session(account, binder, number));
            }
          }
        });
  }

  static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
