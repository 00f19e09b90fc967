package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.client.ClientProgram;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.ArchiveEntries;
import io.holdfast.postgres.dump.ArchiveEntry;
import io.holdfast.postgres.dump.ServerDatabases;
import io.holdfast.postgres.dump.TargetDatabase;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Makes a database as one of a dump was: encoding, collation, tablespace and owner before the
/// restore, privileges, settings and comment after it. *Confined.*
final class NewDatabase {
  private static final long SCRIPT_BYTES_MAX = 16 << 20;

  private final EngineContext context;
  private final DumpRestoreRequest request;
  private final DumpContents dump;

  NewDatabase(EngineContext context, DumpRestoreRequest request, DumpContents dump) {
    this.context = context;
    this.request = request;
    this.dump = dump;
  }

  /// How a database of the dump is made under a name.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if the dump has no definitions
  DatabaseScript script(String database, String name) throws IOException {
    if (dump.attributes().isDataOnly()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          dump.name() + " has rows without definitions, so that no database can be made of it",
          "Restore it into a database that has the tables.");
    }
    DumpToc toc = dump.toc(database);
    if (ScriptRestore.isOne(dump, database)) {
      return DatabaseScript.plain(name, toc.encoding());
    }
    try (ScratchDirectory scratch = ScratchDirectory.make("holdfast-restore")) {
      ClientPrograms programs = ClientPrograms.require(toc.programMajor(), context.environment());
      ClientRun run =
          new ClientRun(
              programs, scratch.path(), TargetDatabase.APPLICATION, context.cancellation());
      Path archive = scratch.path().resolve("schema.dump");
      Path list = scratch.path().resolve("schema.list");
      dump.save(DumpPaths.schema(database), archive);
      ArchiveEntries.readAll(run, archive).only(ArchiveEntry::isOfDatabase).write(list);
      ClientRun.Ended ended =
          run.runLocally(
              ClientProgram.PG_RESTORE,
              List.of("--create", "--use-list=" + list, "--file=-", archive.toString()));
      if (ended.status() != 0) {
        throw run.failed(ClientProgram.PG_RESTORE, "definition of the database", ended);
      }
      if (Files.size(ended.output()) > SCRIPT_BYTES_MAX) {
        throw new IOException("a database is defined by more than " + SCRIPT_BYTES_MAX + " bytes");
      }
      return DatabaseScript.parse(Files.readString(ended.output(), charset(toc)), name);
    }
  }

  private static Charset charset(DumpToc toc) {
    return toc.encoding().equals("UTF8") ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
  }

  /// Makes it, empty.
  void create(ServerDatabases server, DatabaseScript script) throws IOException {
    for (String command : script.create()) {
      try {
        server.run("database " + script.name(), command);
      } catch (BackupException e) {
        throw new BackupException(
            e.code(),
            e.text(),
            "Make the database yourself as this server can ('createdb -T template0 …'), and restore"
                + " into it without --create; tablespaces come with --globals.",
            e);
      }
    }
    switch (request.owners()) {
      case KEPT -> runAll(server, script.owner(), script.name());
      case NONE -> {}
    }
  }

  /// What must not hold while it is restored.
  void finish(ServerDatabases server, DatabaseScript script) throws IOException {
    switch (request.owners()) {
      case KEPT -> runAll(server, script.privileges(), script.name());
      case NONE -> {}
    }
    runAll(server, script.properties(), script.name());
  }

  private static void runAll(ServerDatabases server, List<String> commands, String name)
      throws IOException {
    for (String command : commands) {
      server.run("database " + name, command);
    }
  }
}
