package io.holdfast.tenant.restore;

import io.holdfast.base.Cancellation;
import io.holdfast.postgres.wire.DatabaseSession;
import java.io.IOException;
import java.util.List;

/// Statements one after another, until somebody wants no more of them. *Confined.*
final class Steps {
  private final DatabaseSession session;
  private final Cancellation cancellation;

  Steps(DatabaseSession session, Cancellation cancellation) {
    this.session = session;
    this.cancellation = cancellation;
  }

  void run(List<String> statements) throws IOException {
    for (String sql : statements) {
      run(sql);
    }
  }

  void run(String sql) throws IOException {
    cancellation.throwIfRequested();
    session.query(sql);
  }

  /// What a statement counts.
  long count(String sql) throws IOException {
    cancellation.throwIfRequested();
    return Long.parseLong(session.value(sql));
  }

  /// The only row that a query answers.
  List<String> row(String sql) throws IOException {
    cancellation.throwIfRequested();
    return session.query(sql).getFirst();
  }
}
