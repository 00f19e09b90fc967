package io.holdfast.engine.dump;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.rows.CopyEscapes;
import io.holdfast.engine.rows.Encodings;
import io.holdfast.engine.rows.StoredFile;
import io.holdfast.engine.tree.UnsortedTree;
import io.holdfast.portable.Column;
import io.holdfast.portable.ExportedAsset;
import io.holdfast.portable.ExportedTable;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.PortableReader;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A dump that comes back from a portable file. *Confined.*
final class PortableDump {
  private static final String TOC = "toc";

  /// Files that are taken over as they are.
  private static final Pattern KEPT =
      Pattern.compile("schema\\.dump|script\\.sql|large-objects/\\d{8}");

  private final PortableReader reader;
  private final EngineContext context;
  private final String database;
  private final DumpToc toc;
  private final Charset charset;

  /// @throws PortableFileException `FILE_CORRUPT` if it has not what an import needs
  PortableDump(PortableReader reader, EngineContext context) throws IOException {
    this.reader = reader;
    this.context = context;
    String scopeId = reader.manifest().origin().scopeId();
    if (scopeId == null
        || !StoredDump.DATABASE.equals(reader.manifest().origin().scope())
        || (asset("schema.dump").isEmpty() && asset("script.sql").isEmpty())) {
      throw incomplete("definitions");
    }
    this.database = scopeId;
    this.toc = decode(asset(TOC).orElseThrow(() -> incomplete(TOC)));
    this.charset = Encodings.charset(toc.encoding());
  }

  private static PortableFileException incomplete(String what) {
    return PortableFileException.unknownKind(
        "it has no " + what + ", so no database can be made from it",
        "Files that 'holdfast export' wrote can be imported; this one has rows only.");
  }

  private DumpToc decode(ExportedAsset asset) throws IOException {
    if (asset.bytes() > DumpToc.BYTES_MAX) {
      throw PortableFileException.damaged("its toc has " + asset.bytes() + " bytes");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    reader.copyAsset(asset, bytes);
    try {
      return DumpToc.decode(bytes.toByteArray());
    } catch (CorruptRepositoryException e) {
      throw PortableFileException.damaged("its toc cannot be read: " + e.text());
    }
  }

  private Optional<ExportedAsset> asset(String name) {
    return reader.manifest().assets().stream()
        .filter(asset -> asset.group().equals(StoredFile.HOLDFAST) && asset.name().equals(name))
        .findFirst();
  }

  String database() {
    return database;
  }

  /// Writes all files of the dump.
  ///
  /// @return its table of contents
  DumpToc fill(UnsortedTree tree) throws IOException {
    context
        .progress()
        .phase("import", reader.manifest().tables().stream().mapToLong(ExportedTable::bytes).sum());
    Map<SqlName, DumpToc.Table> known = new HashMap<>();
    toc.tables().forEach(table -> known.put(table.name(), table));
    List<DumpToc.Table> tables = new ArrayList<>();
    for (ExportedTable table : reader.manifest().tables()) {
      SqlName name = new SqlName(table.table().schema(), table.table().name());
      DumpToc.Table before = known.remove(name);
      if (before == null
          || !names(before).equals(table.columns().stream().map(Column::name).toList())) {
        throw PortableFileException.damaged("table " + name + " is not that of its toc");
      }
      tables.add(rows(tree, table, before));
    }
    for (ExportedAsset asset : reader.manifest().assets()) {
      if (asset.group().equals(StoredFile.HOLDFAST)) {
        keep(tree, asset);
      }
    }
    DumpToc made = with(tables);
    requireLargeObjects(tree, made);
    tree.put(DumpPaths.contents(database), made.encode());
    return made;
  }

  private static List<String> names(DumpToc.Table table) {
    return table.columns().stream().map(StoredDump::plain).toList();
  }

  private DumpToc.Table rows(UnsortedTree tree, ExportedTable table, DumpToc.Table before)
      throws IOException {
    long[] bytes = {0};
    try (OutputStream out = tree.begin(DumpPaths.data(database, before.name(), 0))) {
      reader.readTable(
          table,
          row -> {
            byte[] line = line(CopyEscapes.line(row.values()));
            out.write(line);
            bytes[0] += line.length;
            context.progress().advance(line.length);
          });
    }
    return new DumpToc.Table(before.name(), before.columns(), 1, table.records(), bytes[0]);
  }

  private byte[] line(byte[] utf8) {
    return charset.equals(StandardCharsets.UTF_8)
        ? utf8
        : new String(utf8, StandardCharsets.UTF_8).getBytes(charset);
  }

  private void keep(UnsortedTree tree, ExportedAsset asset) throws IOException {
    String path;
    if (KEPT.matcher(asset.name()).matches()) {
      path = DumpPaths.database(database) + asset.name();
    } else if (asset.name().equals(DumpPaths.GLOBALS)) {
      path = DumpPaths.GLOBALS;
    } else {
      return;
    }
    try (OutputStream out = tree.begin(path)) {
      reader.copyAsset(asset, out);
    }
  }

  private void requireLargeObjects(UnsortedTree tree, DumpToc made) {
    for (int part = 0; part < made.largeObjectParts(); part++) {
      if (!tree.has(DumpPaths.largeObjects(database, part))) {
        throw PortableFileException.damaged("large objects of its toc are missing");
      }
    }
  }

  /// The same with the tables that the file has.
  private DumpToc with(List<DumpToc.Table> tables) {
    Set<SqlName> there = Set.copyOf(tables.stream().map(DumpToc.Table::name).toList());
    DumpToc rest = toc.only(name -> there.contains(name) || isNoTable(name));
    return new DumpToc(
        toc.encoding(),
        toc.serverVersion(),
        toc.programVersion(),
        tables,
        rest.relations(),
        rest.sequences(),
        rest.refreshed(),
        toc.largeObjectParts(),
        toc.largeObjects());
  }

  private boolean isNoTable(SqlName name) {
    return toc.tables().stream().noneMatch(table -> table.name().equals(name));
  }
}
