package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.rows.CopyEscapes;
import io.holdfast.engine.rows.StoredFile;
import io.holdfast.engine.tree.UnsortedTree;
import io.holdfast.portable.ExportedAsset;
import io.holdfast.portable.ExportedTable;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.PortableReader;
import io.holdfast.portable.ReferencedRows;
import io.holdfast.portable.Row;
import io.holdfast.portable.RowSum;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.scope.ScopeFileReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A backup of a tenant that comes back from a portable file. *Confined.*
final class PortableTenant {
  private static final String LARGE_OBJECTS = "large-objects/";
  private static final int SCOPE_BYTES_MAX = 16 << 20;

  private final PortableReader reader;
  private final EngineContext context;
  private final TenantToc toc;

  /// @throws PortableFileException if it has not what an import needs
  PortableTenant(PortableReader reader, EngineContext context) throws IOException {
    this.reader = reader;
    this.context = context;
    try {
      this.toc = TenantToc.decode(bytes(TenantPaths.TOC, TenantToc.BYTES_MAX));
    } catch (CorruptRepositoryException e) {
      throw PortableFileException.damaged("its toc cannot be read: " + e.text());
    }
    var origin = reader.manifest().origin();
    if (!toc.scope().equals(origin.scope())
        || !toc.id().equals(origin.scopeId())
        || !toc.encoding().equals("UTF8")
        || toc.id().isEmpty()) {
      throw PortableFileException.damaged("its toc is not of the tenant that its manifest names");
    }
  }

  TenantToc toc() {
    return toc;
  }

  private byte[] bytes(String name, int bytesMax) throws IOException {
    ExportedAsset asset =
        reader.manifest().assets().stream()
            .filter(a -> a.group().equals(StoredFile.HOLDFAST) && a.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    PortableFileException.unknownKind(
                        "it has no " + name + ", so nobody can tell what its rows belong to",
                        "Files that 'holdfast export' wrote can be imported."));
    if (asset.bytes() > bytesMax) {
      throw PortableFileException.damaged("its " + name + " has " + asset.bytes() + " bytes");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    reader.copyAsset(asset, out);
    return out.toByteArray();
  }

  /// Writes all files of the backup.
  ///
  /// @return its table of contents
  TenantToc fill(UnsortedTree tree) throws IOException {
    context
        .progress()
        .phase("import", reader.manifest().tables().stream().mapToLong(ExportedTable::bytes).sum());
    scope(tree);
    List<TenantToc.Table> tables = tables(tree);
    references(tree);
    List<TenantToc.Group> files = assets(tree);
    for (TenantToc.Group group : toc.largeObjects()) {
      if (!tree.has(TenantPaths.largeObjects(group.name()))) {
        throw PortableFileException.damaged(
            "large objects of group " + group.name() + " are missing");
      }
    }
    TenantToc made =
        new TenantToc(
            toc.scope(),
            toc.id(),
            toc.fingerprint(),
            toc.encoding(),
            toc.serverVersion(),
            tables,
            toc.references(),
            toc.largeObjects(),
            files,
            toc.leaks());
    tree.put(TenantPaths.TOC, made.encode());
    return made;
  }

  private void scope(UnsortedTree tree) throws IOException {
    byte[] bytes = bytes(TenantPaths.SCOPE, SCOPE_BYTES_MAX);
    try {
      var _ =
          ScopeFileReader.parse(
              Path.of(TenantPaths.SCOPE), new String(bytes, StandardCharsets.UTF_8));
    } catch (BackupException e) {
      throw PortableFileException.damaged("its scope map cannot be read: " + e.text());
    }
    tree.put(TenantPaths.SCOPE, bytes);
  }

  /// In the order of the toc, which is one in which they can be restored.
  private List<TenantToc.Table> tables(UnsortedTree tree) throws IOException {
    Map<QualifiedName, ExportedTable> exported = new HashMap<>();
    for (ExportedTable table : reader.manifest().tables()) {
      exported.put(new QualifiedName(table.table().schema(), table.table().name()), table);
    }
    List<TenantToc.Table> tables = new ArrayList<>();
    for (TenantToc.Table table : toc.tables()) {
      ExportedTable rows = exported.remove(new QualifiedName(table.schema(), table.name()));
      if (rows != null) {
        requireSame(table, rows);
        tables.add(rows(tree, table, rows));
      }
    }
    if (!exported.isEmpty()) {
      throw PortableFileException.damaged(
          "table " + exported.keySet().iterator().next() + " is not in its toc");
    }
    return tables;
  }

  private static void requireSame(TenantToc.Table table, ExportedTable rows) {
    List<TenantToc.Column> columns =
        rows.columns().stream()
            .map(column -> new TenantToc.Column(column.name(), column.type()))
            .toList();
    if (!columns.equals(table.columns())) {
      throw PortableFileException.damaged(
          "table " + table.schema() + "." + table.name() + " has other columns than its toc says");
    }
  }

  private TenantToc.Table rows(UnsortedTree tree, TenantToc.Table table, ExportedTable rows)
      throws IOException {
    RowSum sum = new RowSum();
    long[] bytes = {0};
    try (OutputStream out = tree.begin(TenantPaths.rows(table.exportName()))) {
      reader.readTable(
          rows,
          row -> {
            byte[] line = CopyEscapes.line(row.values());
            sum.add(line, 0, line.length);
            out.write(line);
            bytes[0] += line.length;
            context.progress().advance(line.length);
          });
    }
    return new TenantToc.Table(
        table.exportName(),
        table.schema(),
        table.name(),
        table.columns(),
        table.key(),
        rows.records(),
        bytes[0],
        sum.hex());
  }

  private void references(UnsortedTree tree) throws IOException {
    Map<QualifiedName, ReferencedRows> exported =
        reader.manifest().references().stream()
            .collect(
                Collectors.toMap(
                    rows -> new QualifiedName(rows.table().schema(), rows.table().name()),
                    rows -> rows,
                    (a, _) -> a));
    for (TenantToc.Reference reference : toc.references()) {
      QualifiedName name = new QualifiedName(reference.schema(), reference.name());
      ReferencedRows rows = exported.get(name);
      List<String> columns = reference.columns().stream().map(TenantToc.Column::name).toList();
      if (rows == null
          || !rows.columns().equals(columns)
          || rows.keys().size() != reference.rows()) {
        throw PortableFileException.damaged("references to " + name + " are not those of its toc");
      }
      try (OutputStream out = tree.begin(TenantPaths.references(name))) {
        for (Row row : rows.keys()) {
          out.write(CopyEscapes.line(row.values()));
        }
      }
    }
  }

  /// Files of groups, and streams of large objects.
  private List<TenantToc.Group> assets(UnsortedTree tree) throws IOException {
    Set<String> objects =
        toc.largeObjects().stream()
            .map(group -> LARGE_OBJECTS + group.name())
            .collect(Collectors.toSet());
    Map<String, Long> counts = new HashMap<>();
    for (ExportedAsset asset : reader.manifest().assets()) {
      if (!asset.group().equals(StoredFile.HOLDFAST)) {
        counts.merge(asset.group(), 1L, Long::sum);
        keep(tree, TenantPaths.asset(asset.group(), asset.name()), asset);
      } else if (objects.contains(asset.name())) {
        String group = asset.name().substring(LARGE_OBJECTS.length());
        keep(tree, TenantPaths.largeObjects(group), asset);
      }
    }
    List<TenantToc.Group> groups = new ArrayList<>();
    for (TenantToc.Group group : toc.files()) {
      Long count = counts.remove(group.name());
      if (group.count() != (count == null ? 0 : count)) {
        throw PortableFileException.damaged("files of group " + group.name() + " are missing");
      }
      groups.add(group);
    }
    if (!counts.isEmpty()) {
      throw PortableFileException.damaged(
          "files of a group that its toc does not have: " + counts.keySet().iterator().next());
    }
    return groups;
  }

  private void keep(UnsortedTree tree, String path, ExportedAsset asset) throws IOException {
    try (OutputStream out = tree.begin(path)) {
      reader.copyAsset(asset, out);
    }
  }
}
