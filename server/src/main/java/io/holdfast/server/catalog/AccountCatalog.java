package io.holdfast.server.catalog;

import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// The catalog as one account may see it: the database itself lets no row of another account pass,
/// whatever a statement asks for.
public final class AccountCatalog {
  private final JdbcClient jdbc;
  private final TransactionOperations transactions;

  public AccountCatalog(JdbcClient jdbc, TransactionOperations transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /// Does something as the account, in a transaction of its own: it must not be called in one.
  ///
  /// @param work never answers null
  public <T> T as(UUID account, Supplier<T> work) {
    return as(account, work, _ -> {});
  }

  /// The same, with something that the server does in that transaction about it: an entry in the
  /// audit log, which no account writes.
  public <T> T as(UUID account, Supplier<T> work, Consumer<T> afterwards) {
    if (TransactionSynchronizationManager.isActualTransactionActive()) {
      throw new IllegalStateException("the rest of that transaction would be the account's too");
    }
    T answer =
        transactions.execute(
            _ -> {
              var _ =
                  jdbc.sql("SELECT set_config('holdfast.account', :account, true)")
                      .param("account", account.toString())
                      .query(String.class)
                      .single();
              int _ = jdbc.sql("SET LOCAL ROLE holdfast_app").update();
              T done = work.get();
              int _ = jdbc.sql("SET LOCAL ROLE NONE").update();
              afterwards.accept(done);
              return done;
            });
    return java.util.Objects.requireNonNull(answer);
  }
}
