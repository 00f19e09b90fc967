package io.holdfast.engine.rows;

import java.io.IOException;
import java.io.InputStream;

/// Bytes in a repository that can be read as often as somebody likes.
@FunctionalInterface
public interface StoredBytes {
  /// The bytes from the first to the last; the caller closes the stream.
  InputStream open() throws IOException;
}
