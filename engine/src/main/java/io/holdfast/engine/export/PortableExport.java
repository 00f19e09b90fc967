package io.holdfast.engine.export;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.rows.CopyText;
import io.holdfast.engine.rows.StoredContents;
import io.holdfast.engine.rows.StoredFile;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.rows.Utf8Stream;
import io.holdfast.portable.PortableWriter;
import io.holdfast.portable.TableName;
import io.holdfast.portable.TableWriter;
import java.io.IOException;
import java.io.InputStream;

/// Fills a portable file with what a backup holds. *Confined.*
final class PortableExport {
  private final EngineContext context;
  private final PortableWriter writer;

  PortableExport(EngineContext context, PortableWriter writer) {
    this.context = context;
    this.writer = writer;
  }

  void write(StoredContents contents) throws IOException {
    for (StoredTable table : contents.tables()) {
      table(table);
    }
    for (StoredFile file : contents.files()) {
      context.cancellation().throwIfRequested();
      try (InputStream content = file.content().open()) {
        writer.asset(file.group(), file.name(), file.bytes(), content);
      }
    }
    contents.references().forEach(writer::reference);
    contents.sequences().forEach(writer::sequence);
  }

  private void table(StoredTable table) throws IOException {
    String what = "table " + table.name();
    try (TableWriter rows =
            writer.table(
                table.exportName(),
                new TableName(table.name().schema(), table.name().name()),
                table.columns());
        InputStream in = new WatchedStream(table.content().open(), context)) {
      CopyText text =
          new CopyText(Utf8Stream.of(in, table.encoding(), what), what, table.columns().size());
      long count = 0;
      while (text.next()) {
        rows.row(text.values());
        count++;
      }
      Export.requireAll(table, count);
      rows.finish();
    }
  }
}
