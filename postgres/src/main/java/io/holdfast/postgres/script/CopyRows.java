package io.holdfast.postgres.script;

import java.io.IOException;

/// The lines between a `COPY … FROM stdin;` and its `\.`, handed out in large pieces. *Confined.*
final class CopyRows {
  private static final int END_BYTES = 4;

  private final ScriptBytes in;
  private final ScriptReader script;
  private final int columns;
  private final ScriptReader.RowSink sink;
  private long rows;
  private int tabs;
  private boolean inLine;

  CopyRows(ScriptBytes in, ScriptReader script, int columns, ScriptReader.RowSink sink) {
    this.in = in;
    this.script = script;
    this.columns = columns;
    this.sink = sink;
  }

  long read() throws IOException {
    int c = in.take();
    if (c == '\r') {
      c = in.take();
    }
    if (c != '\n') {
      throw script.damaged("rows should begin in the next line");
    }
    while (true) {
      int held = in.ensure(END_BYTES);
      if (held == 0) {
        throw script.damaged("the script ends within the rows of a table: it was cut off");
      }
      if (!inLine && isEnd()) {
        return rows;
      }
      pass();
    }
  }

  /// Whether the line is `\.`; if so it is passed over.
  private boolean isEnd() throws IOException {
    if (in.peek(0) != '\\' || in.peek(1) != '.') {
      return false;
    }
    int length = in.peek(2) == '\r' ? 3 : 2;
    int after = in.peek(length);
    if (after >= 0 && after != '\n') {
      return false;
    }
    in.pass(after < 0 ? length : length + 1, 1);
    return true;
  }

  /// Hands out what is held, but stops before a line that may be the last one.
  private void pass() throws IOException {
    byte[] buffer = in.buffer();
    int from = in.at();
    int to = in.there();
    int at = from;
    int lines = 0;
    for (; at < to; at++) {
      byte c = buffer[at];
      if (!inLine && c == '\\' && at > from) {
        break;
      }
      inLine = true;
      if (c == '\t') {
        tabs++;
      } else if (c == '\n') {
        endLine(lines);
        lines++;
      }
    }
    sink.take(buffer, from, at - from);
    in.pass(at - from, lines);
  }

  private void endLine(int lines) throws ScriptException {
    if (columns > 0 && tabs != columns - 1) {
      in.pass(0, lines);
      throw script.damaged(
          "a row has " + (tabs + 1) + " columns, and its table " + columns + " of them");
    }
    tabs = 0;
    inLine = false;
    rows++;
  }
}
