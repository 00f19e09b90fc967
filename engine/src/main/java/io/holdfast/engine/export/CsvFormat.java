package io.holdfast.engine.export;

import io.holdfast.engine.rows.StoredTable;
import io.holdfast.engine.rows.Utf8Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/// RFC 4180 in UTF-8. Absent values are empty, all others stand in quotes.
final class CsvFormat implements RowFormat {
  @Override
  public String extension() {
    return ".csv";
  }

  @Override
  public long write(StoredTable table, InputStream rows, OutputStream out) throws IOException {
    String names =
        table.columns().stream()
            .map(column -> '"' + column.name().replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(",", "", "\r\n"));
    out.write(names.getBytes(StandardCharsets.UTF_8));
    String what = "table " + table.name();
    CsvRows csv = new CsvRows(out, what, table.columns().size());
    return csv.copy(Utf8Stream.of(rows, table.encoding(), what));
  }
}
