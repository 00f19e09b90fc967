package io.holdfast.postgres.dump;

import io.holdfast.base.BackupException;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.DatabaseSession.CopySink;
import io.holdfast.postgres.wire.ServerErrorException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/// Reads rows of one moment. *Confined.*
public final class DumpReader implements AutoCloseable {
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final DatabaseSession session;
  private final Set<Long> locked = new HashSet<>();

  DumpReader(DatabaseSession session) {
    this.session = session;
  }

  /// Takes a lock of this session's own on a table, without waiting: somebody who waits to change
  /// it would let nobody else in, and wait for us himself.
  ///
  /// @return false if only the session that took the snapshot can read the table now
  public boolean lock(TableData table) throws IOException {
    if (locked.contains(table.oid())) {
      return true;
    }
    try {
      session.query(
          "SAVEPOINT holdfast; LOCK TABLE ONLY "
              + table.name().quoted()
              + " IN ACCESS SHARE MODE NOWAIT; RELEASE SAVEPOINT holdfast");
      locked.add(table.oid());
      return true;
    } catch (ServerErrorException e) {
      if (!e.sqlState().equals(LOCK_NOT_AVAILABLE)) {
        throw translate(table, e);
      }
      session.query("ROLLBACK TO SAVEPOINT holdfast; RELEASE SAVEPOINT holdfast");
      return false;
    }
  }

  /// Copies a part of a table out, as the text format of `COPY`.
  ///
  /// @return how many rows it has
  public long copy(TableData.Part part, CopySink sink) throws IOException {
    try {
      return session.copyOut(part.command(), sink);
    } catch (ServerErrorException e) {
      throw translate(part.table(), e);
    }
  }

  private BackupException translate(TableData table, ServerErrorException e) {
    return DumpFailures.translate("dump of " + table.name(), session.url().user(), e);
  }

  @Override
  public void close() throws IOException {
    session.close();
  }
}
