package io.holdfast.engine.export;

import io.holdfast.engine.rows.StoredTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Writes one table as one file, in memory that does not grow with its rows' number.
sealed interface RowFormat permits CsvFormat, JsonFormat, SqlFormat {
  /// How names of its files end.
  String extension();

  /// @param rows in the text form and the encoding in which they are stored
  /// @return how many rows there were
  long write(StoredTable table, InputStream rows, OutputStream out) throws IOException;
}
