package io.holdfast.postgres.script;

import io.holdfast.base.ByteSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Takes a script apart as `psql` would. Rows are never held, statements one at a time. *Confined.*
///
/// Bytes are those of an encoding in which every byte below 128 is ASCII, as all encodings of
/// servers are.
public final class ScriptReader {
  /// The longest statement that is read.
  public static final int STATEMENT_BYTES_MAX = (int) (128 * ByteSize.MIB);

  private static final int COMMENT_BYTES_MAX = 1 << 16;

  /// What comes next.
  public enum Part {
    /// A comment of one line between statements, with its `--`.
    COMMENT,
    /// A statement with its semicolon.
    STATEMENT,
    /// A statement that rows follow: they are read with [#copyRows].
    COPY,
    /// A command to `psql`: a line that begins with a backslash.
    COMMAND
  }

  /// Takes pieces of rows, which are the caller's only until it returns.
  @FunctionalInterface
  public interface RowSink {
    void take(byte[] bytes, int offset, int length) throws IOException;
  }

  private final ScriptBytes in;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private StatementState state = new StatementState(StatementState.Strings.STANDARD);
  private StatementState.Strings strings = StatementState.Strings.STANDARD;

  public ScriptReader(InputStream in) {
    this.in = new ScriptBytes(in);
  }

  /// The next part; empty at the end.
  ///
  /// @throws ScriptException if the script ends within a statement
  public Optional<Part> next() throws IOException {
    part.reset();
    int c = in.skipBlank();
    if (c < 0) {
      return Optional.empty();
    }
    if (c == '\\') {
      line(COMMENT_BYTES_MAX);
      return Optional.of(Part.COMMAND);
    }
    if (c == '-' && in.peek(1) == '-') {
      line(COMMENT_BYTES_MAX);
      return Optional.of(Part.COMMENT);
    }
    statement();
    noteStrings();
    return Optional.of(CopyStatement.looksLikeOne(head()) ? Part.COPY : Part.STATEMENT);
  }

  /// The current part in the encoding of the script.
  public byte[] bytes() {
    return part.toByteArray();
  }

  /// How long it is.
  public int length() {
    return part.size();
  }

  /// The beginning of the current part; characters that are not ASCII come out wrong.
  public String head() {
    byte[] all = part.size() <= COMMENT_BYTES_MAX ? part.toByteArray() : in.start(part);
    return new String(all, StandardCharsets.ISO_8859_1);
  }

  /// The line of the script that is being read.
  public long line() {
    return in.line();
  }

  public ScriptException damaged(String problem) {
    return new ScriptException("line " + in.line() + ": " + problem);
  }

  private void line(int bytesMax) throws IOException {
    for (int c = in.peek(0); c >= 0 && c != '\n'; c = in.peek(0)) {
      if (part.size() == bytesMax) {
        throw damaged("a comment or command has more than " + new ByteSize(bytesMax));
      }
      part.write(in.take());
    }
  }

  private void statement() throws IOException {
    state = new StatementState(strings);
    while (true) {
      int c = in.take();
      if (c < 0) {
        throw damaged("the script ends within a statement: it was cut off");
      }
      if (c == '\\' && state.isOutside()) {
        throw damaged("a command of psql stands within a statement");
      }
      if (part.size() == STATEMENT_BYTES_MAX) {
        throw damaged(
            "a statement has more than "
                + new ByteSize(STATEMENT_BYTES_MAX)
                + ", or a quotation has no end");
      }
      part.write(c);
      if (state.take((byte) c, in.peek(0))) {
        return;
      }
    }
  }

  /// What a backslash in strings means from here on.
  private void noteStrings() {
    if (part.size() > 100) {
      return;
    }
    String text = part.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (text.startsWith("set standard_conforming_strings")) {
      strings =
          text.contains("off")
              ? StatementState.Strings.BACKSLASHES
              : StatementState.Strings.STANDARD;
    }
  }

  /// Hands out the rows behind a `COPY`, each with its line feed, without the `\.` that ends them.
  ///
  /// @param columns how many each row must have; 0 for any
  /// @return how many rows there were
  /// @throws ScriptException if they have no end, or one has another number of columns
  public long copyRows(int columns, RowSink sink) throws IOException {
    return new CopyRows(in, this, columns, sink).read();
  }
}
