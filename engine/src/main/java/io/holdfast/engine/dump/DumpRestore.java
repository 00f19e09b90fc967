package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.ServerDatabases;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Puts a database of a dump into an empty one, or some of its tables into any: definitions, rows
/// by several sessions at once, indexes and constraints, privileges. A restore that fails leaves
/// what it did so far in a target that was empty before; a database that it made itself is gone.
public final class DumpRestore {
  private final EngineContext context;
  private final Repository repository;
  private final AfterRestore after;

  /// @param after what is done with each database that was restored
  public DumpRestore(EngineContext context, OpenRepository repository, AfterRestore after) {
    this.context = context;
    this.repository = repository.repository();
    this.after = after;
  }

  /// Runs one restore.
  ///
  /// @throws BackupException that says why it cannot be done, or what failed
  public DumpRestoreReport run(DumpRestoreRequest request) {
    return opened(request, this::restore);
  }

  /// What a restore that makes a database would do; changes nothing.
  public DumpRestorePlan plan(DumpRestoreRequest request) {
    return opened(
        request,
        (opened, dump, url) -> {
          if (opened.placement() == DumpRestoreRequest.Placement.EXISTING) {
            throw wrong(
                "a restore into a database that is there replaces nothing",
                "--dry-run goes with --clean and --create.");
          }
          requireAlone(opened, dump);
          return new PlacedRestore(context, opened, dump, after, new ArrayList<>())
              .plan(dump.database(opened.database()), url);
        });
  }

  /// Restores all databases of a dump, each into one of its name that is made or empty; roles and
  /// tablespaces first. Nothing is begun if one of them cannot be.
  public List<DumpRestoreReport> runAll(DumpRestoreRequest request) {
    return opened(request, this::restoreAll);
  }

  @FunctionalInterface
  private interface Work<T> {
    T run(DumpRestoreRequest request, DumpContents dump, ConnectionUrl url) throws IOException;
  }

  private <T> T opened(DumpRestoreRequest request, Work<T> work) {
    ConnectionUrl url = ConnectionUrl.parse(request.target(), context.environment());
    String what = "restore of " + request.backup();
    return Failures.translate(
        what,
        () -> {
          try {
            return work.run(
                request, DumpContents.open(repository, request.backup(), request.source()), url);
          } catch (ServerErrorException e) {
            throw DumpFailures.translate(what, url.user(), e);
          }
        });
  }

  private DumpRestoreReport restore(
      DumpRestoreRequest request, DumpContents dump, ConnectionUrl url) throws IOException {
    String database = dump.database(request.database());
    List<String> warnings = new ArrayList<>();
    boolean dataOnly =
        request.content() == DumpRestoreRequest.Content.DATA_ONLY || dump.attributes().isDataOnly();
    if (!dataOnly && request.filled() == DumpRestoreRequest.Filled.APPENDED) {
      throw wrong(
          "rows can be added to tables that are there only where definitions are not restored",
          "Give --data-only with --append.");
    }
    return switch (request.placement()) {
      case EXISTING -> {
        globals(request, dump, url, "", warnings);
        yield finished(
            dataOnly
                ? new DataRestore(context, request, dump, warnings).run(database, url)
                : new DatabaseRestore(context, request, dump, warnings).run(database, url),
            dump,
            url,
            dataOnly || !request.tables().isEmpty()
                ? AfterRestore.Extent.PART
                : AfterRestore.Extent.WHOLE);
      }
      case CREATED, REPLACED -> {
        requireAlone(request, dump);
        globals(request, dump, url, url.database(), warnings);
        yield new PlacedRestore(context, request, dump, after, warnings).run(database, url);
      }
    };
  }

  /// The rows are in a database that others may see already.
  private DumpRestoreReport finished(
      DumpRestoreReport report, DumpContents dump, ConnectionUrl url, AfterRestore.Extent extent)
      throws IOException {
    try {
      return report.erased(after.run(dump.origin(report.database()), url, extent));
    } catch (BackupException e) {
      throw new BackupException(
          e.code(),
          "the rows are restored, but what was erased is still among them: " + e.text(),
          "Let nobody use "
              + url.database()
              + " before 'holdfast erasure apply' has succeeded. "
              + e.hint(),
          e);
    }
  }

  /// A new database gets all of a dump.
  private static void requireAlone(DumpRestoreRequest request, DumpContents dump) {
    boolean dataOnly =
        request.content() == DumpRestoreRequest.Content.DATA_ONLY || dump.attributes().isDataOnly();
    if (dataOnly || !request.tables().isEmpty()) {
      throw wrong(
          "a database is made of all of a dump, not of single tables or of rows alone",
          "Leave out --create and --clean, or --table and --data-only.");
    }
  }

  private static BackupException wrong(String text, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, text, hint);
  }

  /// @param not a database that is not connected to; empty for that of the URL
  private void globals(
      DumpRestoreRequest request,
      DumpContents dump,
      ConnectionUrl url,
      String not,
      List<String> warnings)
      throws IOException {
    if (request.globals() == DumpRestoreRequest.Globals.RESTORED) {
      ConnectionUrl through = url;
      if (!not.isEmpty()) {
        try (ServerDatabases server = ServerDatabases.open(url, not, context.cancellation())) {
          through = server.url();
        }
      }
      try (TargetDatabase target = TargetDatabase.open(through, context.cancellation())) {
        new GlobalsRestore(target).run(dump, warnings);
      }
    }
  }

  private List<DumpRestoreReport> restoreAll(
      DumpRestoreRequest request, DumpContents dump, ConnectionUrl url) throws IOException {
    if (request.placement() != DumpRestoreRequest.Placement.CREATED) {
      throw wrong(
          "all databases of a dump are restored into new ones", "Give --create with --all.");
    }
    requireAlone(request, dump);
    List<String> there = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    try (ServerDatabases server = ServerDatabases.open(url, "", context.cancellation())) {
      for (String database : dump.databases()) {
        if (server.exists(database)) {
          there.add(database);
        }
      }
    }
    for (String database : there) {
      try (TargetDatabase target =
          TargetDatabase.open(url.withDatabase(database), context.cancellation())) {
        if (!target.relations().isEmpty()) {
          refused.add(database);
        }
      }
    }
    if (!refused.isEmpty()) {
      throw new BackupException(
          ErrorCode.TARGET_NOT_EMPTY,
          "there is something already in " + String.join(", ", refused),
          "Restore onto a server without them, or one database after the other.");
    }
    List<String> warnings = new ArrayList<>();
    globals(request, dump, url, "", warnings);
    List<DumpRestoreReport> reports = new ArrayList<>();
    for (String database : dump.databases()) {
      List<String> its = reports.isEmpty() ? warnings : new ArrayList<>();
      ConnectionUrl into = url.withDatabase(database);
      reports.add(
          there.contains(database)
              ? finished(
                  new DatabaseRestore(context, request, dump, its).run(database, into),
                  dump,
                  into,
                  AfterRestore.Extent.WHOLE)
              : new PlacedRestore(context, request, dump, after, its).run(database, into));
    }
    return reports;
  }
}
