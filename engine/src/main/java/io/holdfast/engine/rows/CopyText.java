package io.holdfast.engine.rows;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of `COPY` text in UTF-8, one at a time: the buffer grows with the longest row and not
/// beyond a limit. *Confined.*
public final class CopyText {
  /// The longest row that is read. As JSON it takes several times as much memory.
  public static final int ROW_BYTES_MAX = (int) (64 * ByteSize.MIB);

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final String what;
  private final int columns;
  private byte[] buffer = new byte[BUFFER_BYTES];
  private int begin;
  private int end;
  private int after;
  private int there;

  /// @param in in UTF-8; closed by the caller
  /// @param what it is, for errors
  /// @param columns how many values each row has
  public CopyText(InputStream in, String what, int columns) {
    this.in = in;
    this.what = what;
    this.columns = columns;
  }

  /// Whether there is another row: then [#values] are its.
  ///
  /// @throws BackupException `FILE_BEYOND_LIMIT` for a row that is too long
  public boolean next() throws IOException {
    begin = after;
    int looked = begin;
    while (true) {
      for (; looked < there; looked++) {
        if (buffer[looked] == '\n') {
          end = looked;
          after = looked + 1;
          return true;
        }
      }
      int held = there - begin;
      if (!fill()) {
        if (held > 0) {
          throw damaged("ends within a row");
        }
        return false;
      }
      looked = begin + held;
    }
  }

  private boolean fill() throws IOException {
    System.arraycopy(buffer, begin, buffer, 0, there - begin);
    there -= begin;
    begin = 0;
    after = 0;
    if (there > ROW_BYTES_MAX) {
      throw new BackupException(
          ErrorCode.FILE_BEYOND_LIMIT,
          "a row of " + what + " has more than " + new ByteSize(ROW_BYTES_MAX) + " as text",
          "Formats csv and sql have no such limit.");
    }
    if (there == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, ROW_BYTES_MAX + 2));
    }
    int read = in.read(buffer, there, buffer.length - there);
    there += Math.max(read, 0);
    return read >= 0;
  }

  /// The values of the row; null for absent ones.
  public List<@Nullable String> values() {
    List<@Nullable String> values = new ArrayList<>(columns);
    if (columns == 0 && begin == end) {
      return values;
    }
    int from = begin;
    for (int at = begin; at <= end; at++) {
      if (at == end || buffer[at] == '\t') {
        values.add(value(from, at));
        from = at + 1;
      }
    }
    if (values.size() != columns) {
      throw damaged("has a row of " + values.size() + " values for " + columns + " columns");
    }
    return values;
  }

  private @Nullable String value(int from, int to) {
    if (to - from == 2 && buffer[from] == '\\' && buffer[from + 1] == 'N') {
      return null;
    }
    int length = from;
    for (int at = from; at < to; at++) {
      byte c = buffer[at];
      if (c == '\\' && at + 1 < to) {
        at++;
        c = CopyEscapes.meaning(buffer[at]);
      }
      // The line is not needed a second time: it only gets shorter.
      buffer[length++] = c;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(buffer, from, length - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          what + " has a value that is no text in UTF-8",
          "Write it as it is with --format sql.",
          e);
    }
  }

  private BackupException damaged(String problem) {
    return CorruptRepositoryException.damaged(what + " " + problem);
  }
}
