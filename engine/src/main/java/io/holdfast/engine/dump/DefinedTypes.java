package io.holdfast.engine.dump;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.rows.Encodings;
import io.holdfast.postgres.client.ClientProgram;
import io.holdfast.postgres.client.ClientPrograms;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.script.ScriptReader;
import io.holdfast.postgres.script.TableDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The types of columns, out of the definitions of a dump. *Immutable.*
public final class DefinedTypes implements StoredDump.ColumnTypes {
  private static final int PARENTS_DEPTH_MAX = 32;

  private final Map<SqlName, TableDefinition> tables;

  private DefinedTypes(Map<SqlName, TableDefinition> tables) {
    this.tables = tables;
  }

  /// @throws io.holdfast.base.BackupException `SERVER_PROGRAM_MISSING` where `pg_restore` is not
  ///   there to show definitions
  public static DefinedTypes of(StoredDump dump, EngineContext context) throws IOException {
    Charset charset = Encodings.charset(dump.toc().encoding());
    if (ScriptRestore.isOne(dump.dump(), dump.database())) {
      try (InputStream in = dump.dump().stream(DumpPaths.script(dump.database()))) {
        return new DefinedTypes(read(in, charset));
      }
    }
    try (ScratchDirectory scratch = ScratchDirectory.make("holdfast-export")) {
      Path archive = scratch.path().resolve("schema.dump");
      dump.dump().save(DumpPaths.schema(dump.database()), archive);
      int major = Integer.parseInt(dump.toc().programVersion().split("\\D", 2)[0]);
      ClientRun run =
          new ClientRun(
              ClientPrograms.require(major, context.environment()),
              scratch.path(),
              "holdfast export",
              context.cancellation());
      ClientRun.Ended ended =
          run.runLocally(
              ClientProgram.PG_RESTORE,
              List.of("--schema-only", "--section=pre-data", "--file=-", archive.toString()));
      if (ended.status() != 0) {
        throw run.failed(ClientProgram.PG_RESTORE, "definitions of " + dump.database(), ended);
      }
      try (InputStream in = Files.newInputStream(ended.output())) {
        return new DefinedTypes(read(in, charset));
      }
    }
  }

  private static Map<SqlName, TableDefinition> read(InputStream in, Charset charset)
      throws IOException {
    Map<SqlName, TableDefinition> tables = new HashMap<>();
    ScriptReader script = new ScriptReader(in);
    for (Optional<ScriptReader.Part> part = script.next(); part.isPresent(); part = script.next()) {
      if (part.get() == ScriptReader.Part.COPY) {
        long _ = script.copyRows(0, (_, _, _) -> {});
      } else if (part.get() == ScriptReader.Part.STATEMENT) {
        TableDefinition.parse(new String(script.bytes(), charset), "public")
            .ifPresent(table -> tables.put(table.name(), table));
      }
    }
    return tables;
  }

  @Override
  public Map<String, String> of(SqlName table) {
    Map<String, String> types = new LinkedHashMap<>();
    add(table, types, 0);
    return types;
  }

  private void add(SqlName name, Map<String, String> types, int depth) {
    TableDefinition table = tables.get(name);
    if (table == null || depth == PARENTS_DEPTH_MAX) {
      return;
    }
    table.types().forEach(types::putIfAbsent);
    table.parents().forEach(parent -> add(parent, types, depth + 1));
  }
}
