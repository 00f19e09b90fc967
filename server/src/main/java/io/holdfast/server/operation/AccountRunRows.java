package io.holdfast.server.operation;

import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.catalog.AccountCatalog;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.run.Run;
import io.holdfast.server.run.RunRows;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Runs as their account may see them: the database answers as that account.
public final class AccountRunRows {
  private final JdbcClient jdbc;
  private final AccountCatalog catalog;
  private final RunRows rows;

  public AccountRunRows(JdbcClient jdbc, AccountCatalog catalog, CatalogJson json) {
    this.jdbc = jdbc;
    this.catalog = catalog;
    this.rows = new RunRows(json);
  }

  Optional<Run> find(AccountCaller caller, UUID id) {
    return catalog.as(
        caller.account(),
        () ->
            jdbc.sql("SELECT * FROM runs WHERE id = :id AND account = :account")
                .param("id", id)
                .param("account", caller.account())
                .query((row, _) -> rows.run(row))
                .optional());
  }
}
