package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Puts a database of a dump into an empty one, or some of its tables into any: definitions, rows
/// by several sessions at once, indexes and constraints, privileges. A restore that fails leaves
/// what it did so far in the target, which was empty before.
public final class DumpRestore {
  private final EngineContext context;
  private final Repository repository;

  public DumpRestore(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
  }

  /// Runs one restore.
  ///
  /// @throws BackupException that says why it cannot be done, or what failed
  public DumpRestoreReport run(DumpRestoreRequest request) {
    ConnectionUrl url = ConnectionUrl.parse(request.target(), context.environment());
    String what = "restore of " + request.backup();
    return Failures.translate(
        what,
        () -> {
          try {
            return restore(request, url);
          } catch (ServerErrorException e) {
            throw DumpFailures.translate(what, url.user(), e);
          }
        });
  }

  private DumpRestoreReport restore(DumpRestoreRequest request, ConnectionUrl url)
      throws IOException {
    DumpContents dump = DumpContents.open(repository, request.backup(), request.source());
    String database = dump.database(request.database());
    List<String> warnings = new ArrayList<>();
    if (request.globals() == DumpRestoreRequest.Globals.RESTORED) {
      try (TargetDatabase target = TargetDatabase.open(url, context.cancellation())) {
        new GlobalsRestore(target).run(dump, warnings);
      }
    }
    return new DatabaseRestore(context, request, dump, warnings).run(database, url);
  }
}
