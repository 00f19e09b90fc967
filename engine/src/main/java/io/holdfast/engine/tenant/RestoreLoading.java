package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tenant.EarlierRestores.Earlier;
import io.holdfast.engine.tenant.EarlierRestores.Part;
import io.holdfast.portable.RowSum;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.TenantRestore;
import io.holdfast.tenant.restore.TenantRestore.Load;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/// Brings a backup into the temporary tables of a restore. *Confined.*
final class RestoreLoading {
  private final EngineContext context;
  private final TenantContents contents;
  private final TenantTarget target;

  RestoreLoading(EngineContext context, TenantContents contents, TenantTarget target) {
    this.context = context;
    this.contents = contents;
    this.target = target;
  }

  /// Brings everything into the temporary tables; rows are counted and compared with their sum.
  ///
  /// @param earlier restores, for a copy
  void load(TenantRestore rows, EarlierRestores earlier) throws IOException {
    Map<String, TenantToc.Table> tables = new HashMap<>();
    contents.toc().tables().forEach(table -> tables.put(table.exportName(), table));
    context
        .progress()
        .phase("read", contents.toc().tables().stream().mapToLong(TenantToc.Table::bytes).sum());
    for (Load load : rows.loads()) {
      switch (load.kind()) {
        case ROWS -> rows(load, tables);
        case REFERENCES ->
            copy(contents, TenantPaths.references(QualifiedName.parse(load.name())), load);
        case UNDO -> {
          if (!rows.isCopy()) {
            copy(contents, TenantPaths.undo(load.name()), load);
          }
        }
        case VALUES, SINCE -> {}
      }
    }
    for (Earlier one : earlier.all()) {
      for (Load load : rows.loads()) {
        said(one, load);
      }
    }
  }

  private void said(Earlier earlier, Load load) throws IOException {
    TenantContents from = earlier.contents();
    switch (load.kind()) {
      case ROWS, REFERENCES -> {}
      case UNDO -> {
        if (earlier.part() == Part.RUN) {
          copyIfThere(from, TenantPaths.undo(load.name()), load);
        }
      }
      case SINCE -> {
        if (earlier.part() == Part.OTHER) {
          copyIfThere(from, TenantPaths.undo(load.name()), load);
        }
      }
      case VALUES -> {
        if (earlier.part() == Part.RUN) {
          for (String name : load.names()) {
            copyIfThere(from, TenantPaths.values(name), load);
          }
        }
      }
    }
  }

  private void rows(Load load, Map<String, TenantToc.Table> tables) throws IOException {
    TenantToc.Table table = tables.get(load.name());
    if (table == null) {
      throw new IllegalStateException(load.name() + " is not in the backup");
    }
    RowSum sum = new RowSum();
    target.session().beginCopy(load.copy());
    contents.copy(
        TenantPaths.rows(load.name()),
        (bytes, offset, length) -> {
          sum.addLines(bytes, offset, length);
          target.session().send(bytes, offset, length);
          context.progress().advance(length);
        });
    long rows = end(table.schema() + "." + table.name());
    if (rows != table.rows() || !sum.hex().equals(table.sum())) {
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "rows of "
              + table.schema()
              + "."
              + table.name()
              + " in "
              + contents.name()
              + " are not those that were backed up",
          "Nothing was changed. Run 'holdfast verify' on this backup, and restore another one.");
    }
  }

  /// A run of another map may know nothing of a table.
  private void copyIfThere(TenantContents run, String path, Load load) throws IOException {
    if (run.has(path)) {
      copy(run, path, load);
    }
  }

  private void copy(TenantContents from, String path, Load load) throws IOException {
    target.session().beginCopy(load.copy());
    from.copy(path, target.session()::send);
    end(path);
  }

  /// What the types of today do not take is the schema's fault, not the server's.
  private long end(String what) throws IOException {
    try {
      return target.session().endCopy();
    } catch (ServerErrorException e) {
      if (!e.sqlState().startsWith("22") && !e.sqlState().startsWith("23")) {
        throw e;
      }
      throw new BackupException(
          ErrorCode.SCHEMA_DIFFERS,
          "the database does not take values of " + what + ": " + e.getMessage(),
          "Nothing was changed. Restore into a database with the schema of the backup.",
          e);
    }
  }
}
