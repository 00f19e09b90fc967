package io.holdfast.examples.legal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/// Writes rows of one table by COPY. Every so many rows the statement ends and the next begins, so
/// the server need not remember all rows until it checks their references. *Confined* to one
/// thread; nobody else uses the connection until [#finish].
public final class CopyTable implements AutoCloseable {
  private static final int ROWS_IN_STATEMENT = 50_000;
  private static final int BUFFER_BYTES = 1 << 16;

  private final CopyManager copies;
  private final String sql;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(2 * BUFFER_BYTES);
  private final StringBuilder line = new StringBuilder();
  private @Nullable CopyIn statement;
  private long rows;

  private CopyTable(CopyManager copies, String sql) {
    this.copies = copies;
    this.sql = sql;
  }

  /// @param target name and columns as COPY takes them: `matters (id, title)`
  public static CopyTable into(Connection connection, String target) throws SQLException {
    return new CopyTable(
        connection.unwrap(PGConnection.class).getCopyAPI(),
        "COPY " + target + " FROM STDIN WITH (ENCODING 'UTF8')");
  }

  /// Writes one row. A value is text, a number, a truth value, a UUID, an instant, a date, bytes, a
  /// list of these for an array, or `null`.
  public void row(@Nullable Object... values) throws SQLException {
    line.setLength(0);
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        line.append('\t');
      }
      Object value = values[i];
      if (value == null) {
        line.append("\\N");
      } else {
        escape(text(value));
      }
    }
    line.append('\n');
    buffer.writeBytes(line.toString().getBytes(StandardCharsets.UTF_8));
    rows++;
    if (buffer.size() >= BUFFER_BYTES) {
      send();
    }
    if (rows % ROWS_IN_STATEMENT == 0) {
      end();
    }
  }

  private static String text(Object value) {
    return switch (value) {
      case String text -> text;
      case Number number -> number.toString();
      case Boolean truth -> truth ? "t" : "f";
      case UUID id -> id.toString();
      case Instant instant -> instant.toString();
      case LocalDate date -> date.toString();
      case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
      case List<?> list ->
          list.stream().map(CopyTable::element).collect(Collectors.joining(",", "{", "}"));
      default -> throw new IllegalArgumentException("no COPY form of " + value.getClass());
    };
  }

  private static String element(Object value) {
    return '"' + text(value).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> line.append("\\\\");
        case '\t' -> line.append("\\t");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        default -> line.append(c);
      }
    }
  }

  private void send() throws SQLException {
    CopyIn open = statement;
    if (open == null) {
      open = copies.copyIn(sql);
      statement = open;
    }
    byte[] bytes = buffer.toByteArray();
    open.writeToCopy(bytes, 0, bytes.length);
    buffer.reset();
  }

  private void end() throws SQLException {
    if (buffer.size() > 0) {
      send();
    }
    CopyIn open = statement;
    if (open != null) {
      open.endCopy();
      statement = null;
    }
  }

  /// Sends what is left. Only after this the server has all rows.
  ///
  /// @return how many there are
  public long finish() throws SQLException {
    end();
    return rows;
  }

  /// Gives up what was not finished.
  @Override
  public void close() throws SQLException {
    CopyIn open = statement;
    if (open != null && open.isActive()) {
      open.cancelCopy();
    }
  }
}
