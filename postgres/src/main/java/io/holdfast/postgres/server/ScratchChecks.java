package io.holdfast.postgres.server;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Progress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Runs the checks that need a running scratch server; what fails on the way is an error with a
/// hint, what is found is a report.
public final class ScratchChecks {
  private final ScratchServer server;
  private final String superuser;

  private ScratchChecks(ScratchServer server, String superuser) {
    this.server = server;
    this.superuser = superuser;
  }

  /// @param superusers roles that were superusers when the backup was made
  public static ScratchChecks of(ScratchServer server, List<String> superusers) {
    try {
      return new ScratchChecks(server, server.superuser(superusers));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// Checks tables and indexes of every database.
  public CheckReport structure(Cancellation cancellation, Progress progress) {
    try {
      return StructureCheck.run(
          server, superuser, StructureCheck.Depth.COMPLETENESS, cancellation, progress);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// Runs the user's statements.
  public CheckReport statements(String database, SqlScript script) {
    try (Connection connection = server.connect(database, superuser)) {
      return SqlCheck.run(connection, script);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static BackupException failed(SQLException e) {
    return new BackupException(
        ErrorCode.CHECK_FAILED,
        "the recovered server answers: " + StructureCheck.firstLine(e),
        "Restore to a directory of your own and look at the server's log.",
        e);
  }
}
