package io.holdfast.server.rescue;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/// Puts the rows of a saved table into the table.
final class SavedRows {
  private static final int ROWS_AT_ONCE = 200;
  private static final int BATCH_CHARACTERS_MAX = 4 << 20;
  private static final int LINE_BYTES_MAX = 16 << 20;
  private static final int BUFFER_BYTES = 64 << 10;

  private final JdbcClient jdbc;
  private final JsonMapper json = new JsonMapper();
  private final byte[] buffer = new byte[BUFFER_BYTES];

  SavedRows(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /// @param table one that is known
  /// @param in a row in each line; belongs to the caller
  /// @return how many
  long load(String table, InputStream in) throws IOException {
    long rows = 0;
    List<String> batch = new ArrayList<>();
    int characters = 0;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      for (int i = 0; i < count; i++) {
        if (buffer[i] != '\n') {
          requireShort(table, line.size());
          line.write(buffer[i]);
          continue;
        }
        String row = line.toString(StandardCharsets.UTF_8);
        line.reset();
        batch.add(row);
        characters += row.length();
        if (batch.size() == ROWS_AT_ONCE || characters >= BATCH_CHARACTERS_MAX) {
          rows += insert(table, batch);
          batch.clear();
          characters = 0;
        }
      }
    }
    if (line.size() > 0) {
      throw damaged(table, "its last row is not whole");
    }
    return rows + insert(table, batch);
  }

  private static void requireShort(String table, int bytes) {
    if (bytes >= LINE_BYTES_MAX) {
      throw damaged(table, "a row has more than " + LINE_BYTES_MAX + " bytes");
    }
  }

  private static BackupException damaged(String table, String why) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "the saved table " + table + " cannot be read: " + why,
        "'holdfast catalog list' shows older ones; name one with --from.");
  }

  /// The columns are those of the first row: all rows of a table have the same.
  private int insert(String table, List<String> rows) {
    if (rows.isEmpty()) {
      return 0;
    }
    String columns =
        json.readTree(rows.getFirst()).propertyNames().stream()
            .map(SavedRows::quoted)
            .collect(Collectors.joining(", "));
    return jdbc.sql(
            "INSERT INTO "
                + table
                + " ("
                + columns
                + ") SELECT "
                + columns
                + " FROM jsonb_populate_recordset(NULL::"
                + table
                + ", :rows::jsonb)")
        .param("rows", "[" + String.join(",", rows) + "]")
        .update();
  }

  private static String quoted(String column) {
    return '"' + column.replace("\"", "\"\"") + '"';
  }
}
