package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.CutWriter;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.portable.RowSum;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.LargeObjects;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.storage.ObjectChangedException;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.export.LeakQuery;
import io.holdfast.tenant.export.ReferenceQuery;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.export.TableQuery;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads what belongs to one scope in one session, which sees one moment, into a tree. Memory does
/// not grow with the scope, but for the numbers of its large objects and the names of its files.
/// *Confined.*
final class TenantReading {
  private static final int READINGS_MAX = 3;
  private static final int MISSING_SHOWN_MAX = 10;

  private final EngineContext context;
  private final DatabaseSession session;
  private final ScopeQueries queries;
  private final TenantBackupRequest request;
  private final Set<QualifiedName> skipped;
  private final AssetStores stores;
  private final OwnAssets own;
  private final DraftTree tree;
  private final CutWriter writer;
  private final List<String> warnings;

  TenantReading(
      EngineContext context,
      DatabaseSession session,
      ScopeQueries queries,
      TenantBackupRequest request,
      Set<QualifiedName> skipped,
      AssetStores stores,
      OwnAssets own,
      DraftTree tree,
      CutWriter writer,
      List<String> warnings) {
    this.context = context;
    this.session = session;
    this.queries = queries;
    this.request = request;
    this.skipped = skipped;
    this.stores = stores;
    this.own = own;
    this.tree = tree;
    this.writer = writer;
    this.warnings = warnings;
  }

  /// What points out of the scope; each is a warning.
  List<TenantToc.Leak> leaks() throws IOException {
    List<TenantToc.Leak> leaks = new ArrayList<>();
    for (LeakQuery query : queries.leaks()) {
      context.cancellation().throwIfRequested();
      long rows = Long.parseLong(session.value(query.sql()));
      if (rows > 0) {
        leaks.add(
            new TenantToc.Leak(query.table().schema(), query.table().name(), query.what(), rows));
        warnings.add(rows + " rows of " + query.table() + " " + query.what());
      }
    }
    return leaks;
  }

  List<TenantToc.Group> files(ScopeMap map) throws IOException {
    List<TenantToc.Group> groups = new ArrayList<>();
    Map<String, AssetHeaders> headers = new LinkedHashMap<>();
    for (Map.Entry<String, AssetGroup> group : map.assets().entrySet()) {
      if (group.getValue() instanceof AssetGroup.FileGroup files && isWanted(group)) {
        Optional<AssetStore> store = stores.find(files.store());
        if (store.isEmpty()) {
          warnings.add(
              "files of group "
                  + group.getKey()
                  + " are left out: "
                  + AssetStores.unknown(files.store()));
        } else {
          AssetHeaders said = new AssetHeaders();
          groups.add(files(group.getKey(), files, store.get(), said));
          headers.put(group.getKey(), said);
        }
      }
    }
    for (Map.Entry<String, AssetHeaders> said : headers.entrySet()) {
      write(said.getKey(), said.getValue());
    }
    return groups;
  }

  private boolean isWanted(Map.Entry<String, AssetGroup> group) {
    return !request.without().contains(group.getKey())
        && !skipped.contains(group.getValue().table());
  }

  private void write(String group, AssetHeaders headers) throws IOException {
    if (headers.leftOut() > 0) {
      warnings.add(
          "headers of " + headers.leftOut() + " objects of group " + group + " are left out");
    }
    if (!headers.isEmpty()) {
      String path = TenantPaths.headers(group);
      writer.begin(tree.before(path));
      headers.writeTo(writer::write);
      tree.put(path, writer.finish());
    }
  }

  private TenantToc.Group files(
      String name, AssetGroup.FileGroup group, AssetStore store, AssetHeaders headers)
      throws IOException {
    List<String> keys =
        names().files(name, group, store).stream().sorted(TenantPaths.orderOfAssets(name)).toList();
    long missing = 0;
    for (String key : keys) {
      context.cancellation().throwIfRequested();
      Optional<AssetStore.Found> found = put(TenantPaths.asset(name, key), store, key);
      if (found.isEmpty()) {
        missing++;
        if (missing <= MISSING_SHOWN_MAX) {
          warnings.add("file " + key + " of group " + name + " is not in " + store.describe());
        }
      } else {
        headers.add(key, found.get().headers());
      }
    }
    return new TenantToc.Group(name, keys.size() - missing, missing);
  }

  private AssetNames names() {
    return new AssetNames(session, queries, own, request.shared(), warnings);
  }

  /// A file that is replaced while it is read is read anew.
  private Optional<AssetStore.Found> put(String path, AssetStore store, String key)
      throws IOException {
    for (int readings = 0; readings < READINGS_MAX; readings++) {
      Optional<AssetStore.Found> found = store.open(key);
      if (found.isEmpty()) {
        return found;
      }
      writer.begin(tree.before(path));
      try {
        found.get().copyTo(writer::write);
        tree.put(path, writer.finish());
        return found;
      } catch (ObjectChangedException _) {
        context.cancellation().throwIfRequested();
      }
    }
    throw new BackupException(
        ErrorCode.FILE_ERROR,
        "file " + key + " in " + store.describe() + " is replaced all the time",
        "Make the backup when the application leaves this file alone.");
  }

  List<TenantToc.Group> largeObjects(ScopeMap map) throws IOException {
    List<TenantToc.Group> groups = new ArrayList<>();
    for (Map.Entry<String, AssetGroup> group : map.assets().entrySet()) {
      if (group.getValue() instanceof AssetGroup.LargeObjectGroup objects && isWanted(group)) {
        List<Long> numbers = names().largeObjects(group.getKey(), objects);
        String path = TenantPaths.largeObjects(group.getKey());
        writer.begin(tree.before(path));
        long count = LargeObjects.copy(session, numbers, writer::write);
        tree.put(path, writer.finish());
        long missing = numbers.size() - count;
        if (missing > 0) {
          warnings.add(missing + " large objects of group " + group.getKey() + " do not exist");
        }
        groups.add(new TenantToc.Group(group.getKey(), count, missing));
      }
    }
    return groups;
  }

  List<TenantToc.Reference> references() throws IOException {
    List<TenantToc.Reference> references = new ArrayList<>();
    for (ReferenceQuery query : queries.references()) {
      String path = TenantPaths.references(query.table());
      writer.begin(tree.before(path));
      long rows = copy(query.sql(), "references to " + query.table(), writer::write);
      tree.put(path, writer.finish());
      references.add(
          new TenantToc.Reference(
              query.table().schema(),
              query.table().name(),
              TenantPaths.columns(query.columns()),
              query.match(),
              rows));
    }
    return references;
  }

  /// Rows of all tables that are wanted, in the order of the files' names; the toc has them in the
  /// order in which they can be restored.
  List<TenantToc.Table> tables() throws IOException {
    Map<String, TenantToc.Table> read = new HashMap<>();
    List<TableQuery> tables =
        queries.tables().stream().filter(query -> !skipped.contains(query.table())).toList();
    for (TableQuery query : tables.stream().sorted(TenantPaths.ORDER_OF_TABLES).toList()) {
      context.cancellation().throwIfRequested();
      String path = TenantPaths.rows(query.exportName());
      RowSum sum = new RowSum();
      writer.begin(tree.before(path));
      long rows =
          copy(
              query.sql(),
              "rows of " + query.table(),
              (bytes, offset, length) -> {
                sum.addLines(bytes, offset, length);
                writer.write(bytes, offset, length);
                context.progress().advance(length);
              });
      var content = writer.finish();
      tree.put(path, content);
      read.put(
          query.exportName(),
          new TenantToc.Table(
              query.exportName(),
              query.table().schema(),
              query.table().name(),
              TenantPaths.columns(query.columns()),
              query.key(),
              rows,
              content.bytes(),
              sum.hex()));
    }
    return tables.stream().map(query -> read.get(query.exportName())).toList();
  }

  void text(String path, byte[] bytes) throws IOException {
    writer.begin(tree.before(path));
    writer.write(bytes, 0, bytes.length);
    tree.put(path, writer.finish());
  }

  private long copy(String sql, String what, DatabaseSession.CopySink sink) throws IOException {
    try {
      return session.copyOut("COPY (" + sql + ") TO STDOUT (ENCODING 'UTF8')", sink);
    } catch (ServerErrorException e) {
      throw DumpFailures.translate(what, session.url().user(), e);
    }
  }
}
