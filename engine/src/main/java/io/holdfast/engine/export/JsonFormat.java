package io.holdfast.engine.export;

import io.holdfast.engine.rows.CopyText;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.rows.Utf8Stream;
import io.holdfast.portable.Row;
import io.holdfast.portable.RowText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// An object in each line, with the values of portable files.
final class JsonFormat implements RowFormat {
  @Override
  public String extension() {
    return ".jsonl";
  }

  @Override
  public long write(StoredTable table, InputStream rows, OutputStream out) throws IOException {
    String what = "table " + table.name();
    CopyText text =
        new CopyText(Utf8Stream.of(rows, table.encoding(), what), what, table.columns().size());
    RowText json = new RowText(table.columns(), what);
    long count = 0;
    while (text.next()) {
      out.write(json.encode(new Row(text.values())));
      out.write('\n');
      count++;
    }
    return count;
  }
}
