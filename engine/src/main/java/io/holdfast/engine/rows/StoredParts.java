package io.holdfast.engine.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several contents as one, each opened when the one before has ended. *Confined.*
public final class StoredParts extends InputStream {
  private final Iterator<StoredBytes> parts;
  private @Nullable InputStream current;

  public StoredParts(List<StoredBytes> parts) {
    this.parts = parts.iterator();
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    while (true) {
      if (current == null) {
        if (!parts.hasNext()) {
          return -1;
        }
        current = parts.next().open();
      }
      int read = current.read(target, offset, length);
      if (read >= 0) {
        return read;
      }
      current.close();
      current = null;
    }
  }

  @Override
  public void close() throws IOException {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
