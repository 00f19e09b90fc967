package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TableData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Rows that were read of each table. *Confined.*
final class RowCounts {
  private final Map<SqlName, DumpToc.Table> tables = new LinkedHashMap<>();

  /// One more part of a table.
  void add(TableData table, long rows, long bytes) {
    tables.merge(
        table.name(),
        new DumpToc.Table(table.name(), table.columns(), 1, rows, bytes),
        (a, b) ->
            new DumpToc.Table(
                a.name(),
                a.columns(),
                a.parts() + b.parts(),
                a.rows() + b.rows(),
                a.bytes() + b.bytes()));
  }

  List<DumpToc.Table> tables() {
    return List.copyOf(tables.values());
  }
}
