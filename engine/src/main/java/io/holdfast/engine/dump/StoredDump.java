package io.holdfast.engine.dump;

import io.holdfast.engine.rows.ExportNames;
import io.holdfast.engine.rows.StoredBytes;
import io.holdfast.engine.rows.StoredContents;
import io.holdfast.engine.rows.StoredFile;
import io.holdfast.engine.rows.StoredParts;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.rows.TableFacts;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.portable.Column;
import io.holdfast.portable.PortableOrigin;
import io.holdfast.portable.SequenceValue;
import io.holdfast.portable.TableName;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One database of a dump, for those who write it in other forms.
public final class StoredDump {
  /// The scope of a file that has one database.
  public static final String DATABASE = "database";

  /// What is written where nobody knows the type of a column.
  public static final String UNKNOWN_TYPE = "unknown";

  /// For those who need no types.
  public static final ColumnTypes NO_TYPES = _ -> Map.of();

  private final DumpContents dump;
  private final String database;
  private final DumpToc toc;

  private StoredDump(DumpContents dump, String database, DumpToc toc) {
    this.dump = dump;
    this.database = database;
    this.toc = toc;
  }

  /// @param wanted which database; empty for the only one
  /// @param tables patterns of names; empty for all
  public static StoredDump open(
      Repository repository, StoredSnapshot backup, Optional<String> wanted, List<String> tables)
      throws IOException {
    DumpContents dump =
        DumpContents.open(repository, backup.record().name(), backup.record().source());
    String database = dump.database(wanted);
    DumpToc toc = dump.toc(database);
    return new StoredDump(dump, database, tables.isEmpty() ? toc : chosen(toc, tables));
  }

  private static DumpToc chosen(DumpToc toc, List<String> patterns) {
    Set<SqlName> wanted =
        Set.copyOf(
            TablePatterns.names(toc.tables().stream().map(DumpToc.Table::name).toList(), patterns));
    return toc.only(wanted::contains);
  }

  /// How much a dump has of each table, by database.
  public static Map<String, List<TableFacts>> facts(Repository repository, StoredSnapshot backup)
      throws IOException {
    DumpContents dump =
        DumpContents.open(repository, backup.record().name(), backup.record().source());
    Map<String, List<TableFacts>> facts = new LinkedHashMap<>();
    for (String database : dump.databases()) {
      facts.put(
          database,
          dump.toc(database).tables().stream()
              .map(
                  table -> new TableFacts(table.name().toString(), table.rows(), table.bytes(), ""))
              .toList());
    }
    return facts;
  }

  /// Everything, with the types of columns as far as definitions say them.
  ///
  /// @param types who says them
  /// @param tool what writes them, with its version
  public StoredContents contents(ColumnTypes types, String tool) throws IOException {
    List<StoredTable> tables = new ArrayList<>();
    ExportNames names = new ExportNames();
    for (DumpToc.Table table : toc.tables()) {
      tables.add(table(table, names, types));
    }
    return new StoredContents(
        dump.name(),
        new PortableOrigin(
            DumpBackup.KIND,
            DATABASE,
            database,
            dump.backup().record().startedAt(),
            tool,
            versionText(toc.serverVersion()),
            null),
        tables,
        files(),
        List.of(),
        toc.sequences().stream()
            .map(
                sequence ->
                    new SequenceValue(
                        new TableName(sequence.name().schema(), sequence.name().name()),
                        sequence.value(),
                        sequence.isCalled()))
            .toList(),
        List.of());
  }

  /// Says which types columns have.
  @FunctionalInterface
  public interface ColumnTypes {
    /// The types of a table's columns by their names; what is not there is not known.
    Map<String, String> of(SqlName table);
  }

  private StoredTable table(DumpToc.Table table, ExportNames names, ColumnTypes types) {
    Map<String, String> known = types.of(table.name());
    List<Column> columns =
        table.columns().stream()
            .map(StoredDump::plain)
            .map(name -> new Column(name, known.getOrDefault(name, UNKNOWN_TYPE)))
            .toList();
    List<StoredBytes> parts = new ArrayList<>();
    for (int part = 0; part < table.parts(); part++) {
      String path = DumpPaths.data(database, table.name(), part);
      parts.add(() -> dump.stream(path));
    }
    return new StoredTable(
        names.of(table.name()),
        table.name(),
        columns,
        toc.encoding(),
        table.rows(),
        table.bytes(),
        () -> new StoredParts(parts));
  }

  /// A name without its quotes.
  static String plain(String quoted) {
    return quoted.startsWith("\"")
        ? quoted.substring(1, quoted.length() - 1).replace("\"\"", "\"")
        : quoted;
  }

  private List<StoredFile> files() throws IOException {
    List<StoredFile> files = new ArrayList<>();
    byte[] contents = toc.encode();
    files.add(
        new StoredFile(
            StoredFile.HOLDFAST, "toc", contents.length, () -> new ByteArrayInputStream(contents)));
    add(files, "schema.dump", DumpPaths.schema(database));
    for (int part = 0; part < toc.largeObjectParts(); part++) {
      String path = DumpPaths.largeObjects(database, part);
      add(files, path.substring(DumpPaths.database(database).length()), path);
    }
    add(files, "script.sql", DumpPaths.script(database));
    add(files, DumpPaths.GLOBALS, DumpPaths.GLOBALS);
    return files;
  }

  private void add(List<StoredFile> files, String name, String path) throws IOException {
    Optional<TreeFile> file = dump.tree().file(path);
    if (file.isPresent()) {
      files.add(
          new StoredFile(
              StoredFile.HOLDFAST,
              name,
              file.get().entry().size(),
              () -> new TreeFileStream(dump.tree(), file.get())));
    }
  }

  DumpContents dump() {
    return dump;
  }

  String database() {
    return database;
  }

  DumpToc toc() {
    return toc;
  }

  /// `150018` as `15.18`.
  static String versionText(int version) {
    return version / 10_000 + "." + version % 10_000;
  }
}
