package io.holdfast.engine.tenant;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.CutWriter;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.portable.RowSum;
import io.holdfast.postgres.dump.DumpFailures;
import io.holdfast.postgres.dump.LargeObjects;
import io.holdfast.postgres.wire.DatabaseSession;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.export.LeakQuery;
import io.holdfast.tenant.export.ReferenceQuery;
import io.holdfast.tenant.export.ScopeQueries;
import io.holdfast.tenant.export.TableQuery;
import io.holdfast.tenant.scope.AssetGroup;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads what belongs to one scope in one session, which sees one moment, into a tree. Memory does
/// not grow with the scope, but for the numbers of its large objects and the names of its files.
/// *Confined.*
final class TenantReading {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int MISSING_SHOWN_MAX = 10;

  private final EngineContext context;
  private final DatabaseSession session;
  private final ScopeQueries queries;
  private final TenantBackupRequest request;
  private final Set<QualifiedName> skipped;
  private final DraftTree tree;
  private final CutWriter writer;
  private final List<String> warnings;

  TenantReading(
      EngineContext context,
      DatabaseSession session,
      ScopeQueries queries,
      TenantBackupRequest request,
      Set<QualifiedName> skipped,
      DraftTree tree,
      CutWriter writer,
      List<String> warnings) {
    this.context = context;
    this.session = session;
    this.queries = queries;
    this.request = request;
    this.skipped = skipped;
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
    for (Map.Entry<String, AssetGroup> group : map.assets().entrySet()) {
      if (group.getValue() instanceof AssetGroup.FileGroup files && isWanted(group)) {
        Path store = request.stores().get(files.store());
        if (store == null) {
          warnings.add(
              "files of group "
                  + group.getKey()
                  + " are left out: nobody says where the store "
                  + files.store()
                  + " is (--store "
                  + files.store()
                  + "=DIRECTORY)");
        } else {
          groups.add(files(group.getKey(), files, store));
        }
      }
    }
    return groups;
  }

  private boolean isWanted(Map.Entry<String, AssetGroup> group) {
    return !request.without().contains(group.getKey())
        && !skipped.contains(group.getValue().table());
  }

  private TenantToc.Group files(String name, AssetGroup.FileGroup group, Path store)
      throws IOException {
    List<String> keys =
        session.query(queries.files(group.table(), group.key())).stream()
            .map(List::getFirst)
            .sorted(TenantPaths.orderOfAssets(name))
            .toList();
    long missing = 0;
    for (String key : keys) {
      context.cancellation().throwIfRequested();
      Path file = TenantPaths.below(store, key);
      AssetStore.requireWithin(store, file);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        missing++;
        if (missing <= MISSING_SHOWN_MAX) {
          warnings.add("file " + key + " of group " + name + " is not in " + store);
        }
        continue;
      }
      put(TenantPaths.asset(name, key), file);
    }
    return new TenantToc.Group(name, keys.size() - missing, missing);
  }

  private void put(String path, Path file) throws IOException {
    writer.begin(tree.before(path));
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        writer.write(buffer, 0, count);
      }
    }
    tree.put(path, writer.finish());
  }

  List<TenantToc.Group> largeObjects(ScopeMap map) throws IOException {
    List<TenantToc.Group> groups = new ArrayList<>();
    for (Map.Entry<String, AssetGroup> group : map.assets().entrySet()) {
      if (group.getValue() instanceof AssetGroup.LargeObjectGroup objects && isWanted(group)) {
        List<Long> numbers =
            session.query(queries.largeObjects(objects.table(), objects.column())).stream()
                .map(row -> Long.parseLong(row.getFirst()))
                .toList();
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
