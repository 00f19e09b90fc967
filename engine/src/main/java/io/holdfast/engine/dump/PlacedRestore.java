package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.dump.ServerDatabases;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Restores a database of a dump into a new one. Where one of that name is there, the new one is
/// made beside it and gets its name when it is complete; the old one stays under another name. A
/// restore that fails has changed nothing. *Confined.*
final class PlacedRestore {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int NAME_BYTES_MAX = 63;

  private final EngineContext context;
  private final DumpRestoreRequest request;
  private final DumpContents dump;
  private final AfterRestore after;
  private final List<String> warnings;

  /// @param warnings what a person should know is added here
  PlacedRestore(
      EngineContext context,
      DumpRestoreRequest request,
      DumpContents dump,
      AfterRestore after,
      List<String> warnings) {
    this.context = context;
    this.request = request;
    this.dump = dump;
    this.after = after;
    this.warnings = warnings;
  }

  /// What would be done; refuses what would be refused.
  ///
  /// @param database of the dump
  /// @param url of the target
  DumpRestorePlan plan(String database, ConnectionUrl url) throws IOException {
    try (ServerDatabases server =
        ServerDatabases.open(url, url.database(), context.cancellation())) {
      return plan(database, url, server);
    }
  }

  private DumpRestorePlan plan(String database, ConnectionUrl url, ServerDatabases server)
      throws IOException {
    String name = url.database();
    server.requireMayCreate();
    Optional<DumpRestorePlan.Replaced> replaced = Optional.empty();
    if (server.exists(name)) {
      replaced =
          switch (request.placement()) {
            case REPLACED -> Optional.of(replaced(url, server));
            case CREATED, EXISTING ->
                throw new BackupException(
                    ErrorCode.TARGET_NOT_EMPTY,
                    "there is a database " + name + " already",
                    "Restore into it without --create if it is empty, or replace it with"
                        + " --clean.");
          };
    }
    return new DumpRestorePlan(dump.name(), database, name, dump.toc(database).rows(), replaced);
  }

  private DumpRestorePlan.Replaced replaced(ConnectionUrl url, ServerDatabases server)
      throws IOException {
    try (TargetDatabase target = TargetDatabase.open(url, context.cancellation())) {
      TargetDatabase.Size size = target.size();
      return new DumpRestorePlan.Replaced(
          beside(url.database(), "before"),
          size.tables(),
          size.rows(),
          server.facts(url.database()));
    }
  }

  /// A name that says what the database is and when it came to be.
  private String beside(String name, String word) {
    String end = "_" + word + "_" + STAMP.format(context.clock().instant());
    StringBuilder begin = new StringBuilder();
    int left = NAME_BYTES_MAX - end.length();
    for (int at = 0; at < name.length(); at = name.offsetByCodePoints(at, 1)) {
      String character = Character.toString(name.codePointAt(at));
      left -= character.getBytes(StandardCharsets.UTF_8).length;
      if (left < 0) {
        break;
      }
      begin.append(character);
    }
    return begin + end;
  }

  /// Restores.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if a database would be put aside and nobody confirmed
  ///   it
  DumpRestoreReport run(String database, ConnectionUrl url) throws IOException {
    String name = url.database();
    try (ServerDatabases server = ServerDatabases.open(url, name, context.cancellation())) {
      DumpRestorePlan plan = plan(database, url, server);
      if (plan.replaced().isPresent() && !request.confirmed().equals(Optional.of(name))) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "nothing was done, because " + name + " would be put aside and that was not confirmed",
            "See what would be done with --dry-run, then repeat the name of the database with"
                + " --confirm.");
      }
      String made = plan.replaced().isPresent() ? beside(name, "new") : name;
      NewDatabase fresh = new NewDatabase(context, request, dump);
      DatabaseScript script = fresh.script(database, made);
      fresh.create(server, script);
      try {
        DumpRestoreReport report =
            new DatabaseRestore(context, request, dump, warnings)
                .run(database, url.withDatabase(made));
        report =
            report.erased(
                after.run(
                    dump.origin(database), url.withDatabase(made), AfterRestore.Extent.WHOLE));
        conclude(plan, fresh, script, url);
        return report.at(
            url.toString(), plan.replaced().map(DumpRestorePlan.Replaced::keptAs), warnings);
      } catch (IOException | RuntimeException e) {
        drop(made, url, e);
        throw e;
      }
    }
  }

  /// In a session that was not idle for hours.
  private void conclude(
      DumpRestorePlan plan, NewDatabase fresh, DatabaseScript script, ConnectionUrl url)
      throws IOException {
    String name = url.database();
    try (ServerDatabases server = ServerDatabases.open(url, name, context.cancellation())) {
      fresh.finish(server, script);
      if (plan.replaced().isPresent()) {
        DumpRestorePlan.Replaced old = plan.replaced().get();
        server.swap(name, script.name(), old.keptAs());
        warnings.add(
            "what was "
                + name
                + " is there as "
                + old.keptAs()
                + "; when nobody needs it: DROP DATABASE "
                + SqlName.quote(old.keptAs()));
        old.facts().bound().forEach(what -> warnings.add(what + " stayed with " + old.keptAs()));
      }
    }
  }

  /// What is half done is of no use to anybody.
  private void drop(String made, ConnectionUrl url, Exception because) {
    try (ServerDatabases server = ServerDatabases.open(url, made, new Cancellation())) {
      server.drop(made);
    } catch (IOException | RuntimeException e) {
      because.addSuppressed(e);
    }
  }
}
