package io.holdfast.postgres.dump;

import java.util.ArrayList;
import java.util.List;

/// A table whose rows a dump holds.
///
/// @param columns those that are copied, each quoted
/// @param filter what an extension says of which rows are the user's, as `WHERE …`; else empty
/// @param bytes about how much it has
/// @param pages of its main fork when the dump began
/// @param reading how it can be read
public record TableData(
    long oid,
    SqlName name,
    List<String> columns,
    String filter,
    long bytes,
    long pages,
    Reading reading) {
  /// Pages of one part.
  static final long PART_PAGES = 16 << 10;

  public TableData {
    columns = List.copyOf(columns);
  }

  /// How the rows of a table can be read.
  public enum Reading {
    /// In ranges of pages, by several sessions at once.
    RANGES,
    /// Only from the first to the last row.
    WHOLE
  }

  /// A part of the rows.
  ///
  /// @param number counted from 0
  /// @param command that copies the rows out
  public record Part(TableData table, int number, String command, long bytes) {}

  /// The parts in which it is read. Where one begins does not move when the table grows, so that
  /// the parts of two dumps can be compared.
  public List<Part> parts(String encoding) {
    if (reading == Reading.WHOLE || pages <= PART_PAGES) {
      return List.of(new Part(this, 0, copy(source(filter), encoding), bytes));
    }
    List<Part> parts = new ArrayList<>();
    for (long from = 0; from < pages; from += PART_PAGES) {
      boolean last = from + PART_PAGES >= pages;
      String range = "WHERE ctid >= '(" + from + ",0)'";
      // The last part takes what was added since the pages were counted.
      String end = last ? "" : " AND ctid < '(" + (from + PART_PAGES) + ",0)'";
      long share = bytes * Math.min(PART_PAGES, pages - from) / pages;
      parts.add(new Part(this, parts.size(), copy(select(range + end), encoding), share));
    }
    return parts;
  }

  private String source(String where) {
    return where.isEmpty() ? name.quoted() + list(columns) : select(where);
  }

  private String select(String where) {
    return "(SELECT "
        + String.join(", ", columns)
        + " FROM ONLY "
        + name.quoted()
        + " "
        + where
        + ")";
  }

  private static String copy(String source, String encoding) {
    return "COPY " + source + " TO STDOUT (ENCODING " + SqlName.literal(encoding) + ")";
  }

  /// The command that puts rows of a table back.
  public static String copyIn(SqlName name, List<String> columns, String encoding) {
    return "COPY "
        + name.quoted()
        + list(columns)
        + " FROM STDIN (ENCODING "
        + SqlName.literal(encoding)
        + ")";
  }

  private static String list(List<String> columns) {
    return columns.isEmpty() ? "" : " (" + String.join(", ", columns) + ")";
  }
}
