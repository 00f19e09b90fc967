package io.holdfast.engine.export;

import io.holdfast.engine.rows.CopyEscapes;
import io.holdfast.repository.CorruptRepositoryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Turns `COPY` text into CSV byte by byte: a value may be of any length. *Confined.*
final class CsvRows {
  private static final int BUFFER_BYTES = 1 << 16;

  private enum At {
    BEGIN,
    BEGIN_ESCAPE,
    ABSENT,
    VALUE,
    ESCAPE
  }

  private final OutputStream out;
  private final String what;
  private final int columns;
  private At at = At.BEGIN;
  private boolean anything;
  private int separators;
  private long rows;

  /// @param out buffered
  CsvRows(OutputStream out, String what, int columns) {
    this.out = out;
    this.what = what;
    this.columns = columns;
  }

  long copy(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      for (int i = 0; i < read; i++) {
        take(buffer[i]);
      }
    }
    if (at != At.BEGIN || anything) {
      throw damaged("ends within a row");
    }
    return rows;
  }

  private void take(byte c) throws IOException {
    switch (at) {
      case BEGIN -> begin(c);
      case BEGIN_ESCAPE -> {
        if (c == 'N') {
          at = At.ABSENT;
        } else {
          out.write('"');
          put(CopyEscapes.meaning(c));
          at = At.VALUE;
        }
      }
      case ABSENT -> {
        if (c != '\t' && c != '\n') {
          throw damaged("has an absent value that goes on");
        }
        separate(c);
      }
      case VALUE -> {
        if (c == '\t' || c == '\n') {
          out.write('"');
          separate(c);
        } else if (c == '\\') {
          at = At.ESCAPE;
        } else {
          put(c);
        }
      }
      case ESCAPE -> {
        put(CopyEscapes.meaning(c));
        at = At.VALUE;
      }
    }
  }

  private void begin(byte c) throws IOException {
    anything = true;
    if (c == '\\') {
      at = At.BEGIN_ESCAPE;
    } else if (c == '\t' || c == '\n') {
      if (columns > 0) {
        out.write('"');
        out.write('"');
      }
      separate(c);
    } else {
      out.write('"');
      put(c);
      at = At.VALUE;
    }
  }

  private void put(byte c) throws IOException {
    if (c == '"') {
      out.write('"');
    }
    out.write(c);
  }

  private void separate(byte c) throws IOException {
    at = At.BEGIN;
    if (c == '\t') {
      separators++;
      out.write(',');
      return;
    }
    if (separators != Math.max(0, columns - 1)) {
      throw damaged("has a row of " + (separators + 1) + " values for " + columns + " columns");
    }
    out.write('\r');
    out.write('\n');
    separators = 0;
    anything = false;
    rows++;
  }

  private CorruptRepositoryException damaged(String problem) {
    return CorruptRepositoryException.damaged(what + " " + problem);
  }
}
