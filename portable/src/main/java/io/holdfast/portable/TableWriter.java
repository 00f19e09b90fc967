package io.holdfast.portable;

import io.holdfast.base.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes the rows of one table. [#finish] puts it into the file; closed without that, the whole
/// file cannot be finished. *Confined*.
public final class TableWriter implements AutoCloseable {
  private static final byte[] BEGIN = "[\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BETWEEN = ",\n".getBytes(StandardCharsets.US_ASCII);

  private final PortableWriter writer;
  private final String name;
  private final TableName table;
  private final List<Column> columns;
  private final RowText text;
  private final SpooledContent spooled;
  private final Consumer<ExportedTable> finished;
  private final MessageDigest sha256 = Sha256.create();
  private final RowSum sum = new RowSum();
  private long records;

  TableWriter(
      PortableWriter writer,
      String name,
      TableName table,
      List<Column> columns,
      SpooledContent spooled,
      Consumer<ExportedTable> finished)
      throws IOException {
    this.writer = writer;
    this.name = name;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.text = new RowText(columns, name);
    this.spooled = spooled;
    this.finished = finished;
    write(BEGIN);
  }

  /// Adds a row with a value for each column: PostgreSQL's text under the settings that the format
  /// names, or null.
  public void row(List<@Nullable String> values) throws IOException {
    byte[] line = text.encode(new Row(values));
    if (line.length > PortableLimits.ROW_BYTES_MAX) {
      throw PortableFileException.beyondLimit(
          "a row of " + name + " has " + new ByteSize(line.length) + " as JSON",
          "One row can have 1 GiB at most; leave the table out and dump it with pg_dump.");
    }
    if (records > 0) {
      write(BETWEEN);
    }
    write(line);
    sum.add(line, 0, line.length);
    records++;
  }

  /// Writes the table into the file.
  public void finish() throws IOException {
    write((records == 0 ? "]\n" : "\n]\n").getBytes(StandardCharsets.US_ASCII));
    writer.put(PortableNames.ofTable(name), spooled);
    finished.accept(
        new ExportedTable(
            name, table, columns, records, spooled.size(), Sha256.hex(sha256), sum.hex()));
  }

  private void write(byte[] bytes) throws IOException {
    sha256.update(bytes);
    spooled.write(bytes, 0, bytes.length);
  }

  @Override
  public void close() throws IOException {
    spooled.close();
  }
}
