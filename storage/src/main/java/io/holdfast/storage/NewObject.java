package io.holdfast.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/// What an object shall be.
///
/// @param sha256 of its bytes, in hexadecimal digits
/// @param headers as of [StoredObject]
/// @param body may be opened several times; each stream has all the bytes
public record NewObject(long bytes, String sha256, Map<String, String> headers, Body body) {
  /// Opens the bytes of an object.
  @FunctionalInterface
  public interface Body {
    InputStream open() throws IOException;
  }

  public NewObject {
    headers = Map.copyOf(headers);
    if (bytes < 0) {
      throw new IllegalArgumentException("bad length: " + bytes);
    }
  }
}
