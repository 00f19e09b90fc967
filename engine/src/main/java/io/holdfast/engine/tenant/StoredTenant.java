package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.rows.CopyText;
import io.holdfast.engine.rows.ExportNames;
import io.holdfast.engine.rows.StoredContents;
import io.holdfast.engine.rows.StoredFile;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.rows.TableFacts;
import io.holdfast.engine.tree.TreeFileStream;
import io.holdfast.engine.tree.TreeNames;
import io.holdfast.portable.Column;
import io.holdfast.portable.PortableOrigin;
import io.holdfast.portable.ReferencedRows;
import io.holdfast.portable.Row;
import io.holdfast.portable.TableName;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Repository;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.tenant.catalog.QualifiedName;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// A backup of a tenant, for those who write it in other forms. Memory holds the names of its files
/// and the rows of others that it points to.
public final class StoredTenant {
  private static final String ASSETS = "assets/";
  private static final int REFERENCES_MAX = 1_000_000;

  private final StoredSnapshot backup;
  private final TreeReader tree;
  private final TenantToc toc;

  private StoredTenant(StoredSnapshot backup, TreeReader tree, TenantToc toc) {
    this.backup = backup;
    this.tree = tree;
    this.toc = toc;
  }

  public static StoredTenant open(Repository repository, StoredSnapshot backup) throws IOException {
    TreeReader tree =
        TreeReader.open(repository.reader(backup.record()), backup.record().root(TenantDraft.TREE));
    TreeFile toc = require(tree, TenantPaths.TOC);
    return new StoredTenant(backup, tree, TenantToc.decode(tree.readAll(toc, TenantToc.BYTES_MAX)));
  }

  private static TreeFile require(TreeReader tree, String path) throws IOException {
    return tree.file(path)
        .orElseThrow(() -> CorruptRepositoryException.missing("'" + path + "' is not there"));
  }

  /// The tables that it has.
  public List<SqlName> tables() {
    return toc.tables().stream().map(table -> new SqlName(table.schema(), table.name())).toList();
  }

  /// How much it has of each table.
  public List<TableFacts> facts() {
    return toc.tables().stream()
        .map(
            table ->
                new TableFacts(
                    table.schema() + "." + table.name(), table.rows(), table.bytes(), table.sum()))
        .toList();
  }

  /// What else it has, in words.
  public Map<String, String> beside() {
    Map<String, String> facts = new LinkedHashMap<>();
    toc.references()
        .forEach(
            rows -> facts.put("to " + rows.name(), rows.rows() + " rows of others are pointed to"));
    toc.files().forEach(group -> facts.put(group.name(), inWords(group, " files")));
    toc.largeObjects().forEach(group -> facts.put(group.name(), inWords(group, " large objects")));
    return facts;
  }

  private static String inWords(TenantToc.Group group, String what) {
    return group.count()
        + what
        + (group.missing() == 0 ? "" : ", and " + group.missing() + " that were missing");
  }

  /// Everything of the tables that are wanted, and everything else.
  ///
  /// @param tool what writes it, with its version
  public StoredContents contents(Predicate<SqlName> wanted, String tool) throws IOException {
    List<StoredTable> tables = new ArrayList<>();
    ExportNames names = new ExportNames();
    for (TenantToc.Table table : toc.tables()) {
      SqlName name = new SqlName(table.schema(), table.name());
      if (wanted.test(name)) {
        tables.add(
            new StoredTable(
                names.of(table.exportName(), name.toString()),
                name,
                columns(table.columns()),
                toc.encoding(),
                table.rows(),
                table.bytes(),
                () -> stream(TenantPaths.rows(table.exportName()))));
      }
    }
    return new StoredContents(
        backup.record().name(),
        new PortableOrigin(
            TenantBackup.KIND,
            toc.scope(),
            toc.id(),
            backup.record().startedAt(),
            tool,
            toc.serverVersion() / 10_000 + "." + toc.serverVersion() % 10_000,
            toc.fingerprint()),
        tables,
        files(),
        references(),
        List.of(),
        List.of());
  }

  private static List<Column> columns(List<TenantToc.Column> columns) {
    return columns.stream().map(column -> new Column(column.name(), column.type())).toList();
  }

  private InputStream stream(String path) throws IOException {
    return new TreeFileStream(tree, require(tree, path));
  }

  private List<StoredFile> files() throws IOException {
    List<StoredFile> files = new ArrayList<>();
    for (String path : List.of(TenantPaths.TOC, TenantPaths.SCOPE)) {
      TreeFile file = require(tree, path);
      files.add(file(StoredFile.HOLDFAST, path, file));
    }
    for (TenantToc.Group group : toc.largeObjects()) {
      files.add(
          file(
              StoredFile.HOLDFAST,
              "large-objects/" + group.name(),
              require(tree, TenantPaths.largeObjects(group.name()))));
    }
    tree.forEachFile(
        file -> {
          String path = file.entry().path();
          if (path.startsWith(ASSETS)) {
            int slash = path.indexOf('/', ASSETS.length());
            files.add(
                file(
                    TreeNames.decoded(path.substring(ASSETS.length(), slash)),
                    TreeNames.decoded(path.substring(slash + 1)),
                    file));
          }
        });
    return files;
  }

  private StoredFile file(String group, String name, TreeFile file) {
    return new StoredFile(group, name, file.entry().size(), () -> new TreeFileStream(tree, file));
  }

  private List<ReferencedRows> references() throws IOException {
    List<ReferencedRows> references = new ArrayList<>();
    long rows = toc.references().stream().mapToLong(TenantToc.Reference::rows).sum();
    if (rows > REFERENCES_MAX) {
      throw new BackupException(
          ErrorCode.FILE_BEYOND_LIMIT,
          "the backup points to " + rows + " rows of others, and a portable file can have 1000000",
          "Formats json, csv and sql have no such limit.");
    }
    for (TenantToc.Reference reference : toc.references()) {
      String path = TenantPaths.references(new QualifiedName(reference.schema(), reference.name()));
      List<Row> keys = new ArrayList<>();
      try (InputStream in = stream(path)) {
        CopyText text = new CopyText(in, path, reference.columns().size());
        while (text.next()) {
          keys.add(new Row(text.values()));
        }
      }
      references.add(
          new ReferencedRows(
              new TableName(reference.schema(), reference.name()),
              reference.columns().stream().map(TenantToc.Column::name).toList(),
              keys));
    }
    return references;
  }
}
