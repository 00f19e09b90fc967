package io.holdfast.portable;

import io.holdfast.base.Invariant;
import io.holdfast.portable.json.JsonPull;
import io.holdfast.portable.json.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A row as one line of JSON, and back. *Confined*.
public final class RowText {
  private final List<Column> columns;
  private final List<String> heads = new ArrayList<>();
  private final String what;
  private StringBuilder line = new StringBuilder();

  /// @param what the line belongs to, for messages
  public RowText(List<Column> columns, String what) {
    this.columns = columns;
    this.what = what;
    for (Column column : columns) {
      heads.add((heads.isEmpty() ? "{" : ",") + JsonText.quoted(column.name()) + ":");
    }
  }

  /// The line, without its end.
  public byte[] encode(Row row) {
    Invariant.check(
        row.values().size() == columns.size(), "a row has as many values as there are columns");
    line.setLength(0);
    for (int i = 0; i < columns.size(); i++) {
      line.append(heads.get(i));
      append(columns.get(i).form(), row.values().get(i));
    }
    line.append(columns.isEmpty() ? "{}" : "}");
    byte[] result = JsonText.utf8(line);
    if (line.capacity() > 1 << 20) {
      line = new StringBuilder();
    }
    return result;
  }

  private void append(Column.Form form, @Nullable String value) {
    if (value == null) {
      line.append("null");
    } else if (form == Column.Form.BOOLEAN && (value.equals("t") || value.equals("f"))) {
      line.append(value.equals("t"));
    } else if (form == Column.Form.NUMBER && JsonText.isNumber(value)) {
      line.append(value);
    } else {
      JsonText.quote(line, value);
    }
  }

  /// @param bytes hold a line that may be anything
  Row decode(byte[] bytes, int offset, int length) throws IOException {
    JsonPull in = new JsonPull(bytes, offset, length, what);
    List<@Nullable String> values = new ArrayList<>(columns.size());
    in.beginObject();
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).name().equals(in.nextName(i))) {
        throw in.damaged("has not the columns of the manifest");
      }
      values.add(value(in, columns.get(i).form()));
    }
    if (in.nextName(columns.size()) != null) {
      throw in.damaged("has more columns than the manifest");
    }
    in.end();
    return new Row(values);
  }

  private static @Nullable String value(JsonPull in, Column.Form form) throws IOException {
    int next = in.peek();
    if (next == 'n' || next == '"') {
      return in.textOrNull();
    }
    return switch (form) {
      case BOOLEAN -> in.bool() ? "t" : "f";
      case NUMBER -> in.number();
      case TEXT -> throw in.damaged("has something else where a text should be");
    };
  }
}
