package io.holdfast.engine.export;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.rows.Encodings;
import io.holdfast.engine.rows.StoredTable;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A script for `psql`: the rows as they are stored, behind a `COPY`, which takes values for
/// identity columns too. No name stands where it could be anything but a name, and no row can end
/// the rows early.
final class SqlFormat implements RowFormat {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] END = "\\.\n".getBytes(StandardCharsets.US_ASCII);

  @Override
  public String extension() {
    return ".sql";
  }

  @Override
  public long write(StoredTable table, InputStream rows, OutputStream out) throws IOException {
    List<String> columns = table.quotedColumns();
    String head =
        "-- Rows of one table, for psql.\n"
            + "SET client_encoding = "
            + SqlName.literal(table.encoding()).strip()
            + ";\nSET standard_conforming_strings = on;\nSET datestyle = 'ISO';\n"
            + "SET intervalstyle = 'postgres';\nSET xmloption = content;\n\nCOPY "
            + table.name().quoted()
            + (columns.isEmpty() ? "" : " (" + String.join(", ", columns) + ")")
            + " FROM stdin;\n";
    out.write(encoded(head, table));
    long count = copy(rows, out, "table " + table.name());
    out.write(END);
    return count;
  }

  private static byte[] encoded(String text, StoredTable table) {
    try {
      ByteBuffer bytes =
          Encodings.charset(table.encoding()).newEncoder().encode(CharBuffer.wrap(text));
      byte[] result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "the name of table "
              + table.name()
              + " or of a column cannot be written in "
              + table.encoding(),
          "Use --format csv or json for this table.",
          e);
    }
  }

  private static long copy(InputStream rows, OutputStream out, String what) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long count = 0;
    // How many bytes of the line were seen, as far as they could be `\.`.
    int seen = 0;
    boolean end = true;
    for (int read = rows.read(buffer); read >= 0; read = rows.read(buffer)) {
      for (int i = 0; i < read; i++) {
        byte c = buffer[i];
        if (c == '\n') {
          if (!end && seen == 2) {
            throw CorruptRepositoryException.damaged(what + " has a row that ends the rows");
          }
          count++;
          seen = 0;
          end = true;
        } else {
          boolean fits =
              (seen == 0 && c == '\\') || (seen == 1 && c == '.') || (seen == 2 && c == '\r');
          seen = fits ? Math.min(2, seen + 1) : 3;
          end = false;
        }
      }
      out.write(buffer, 0, read);
    }
    if (!end) {
      throw CorruptRepositoryException.damaged(what + " ends within a row");
    }
    return count;
  }
}
