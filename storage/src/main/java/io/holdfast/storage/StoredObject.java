package io.holdfast.storage;

import java.util.Map;

/// An object as it was found.
///
/// @param version by which the store tells it from what may come under the same key later
/// @param headers what was said about it when it was put, such as `content-type`: by names in lower
///   case, those that its owner made up begin with `x-amz-meta-`
public record StoredObject(long bytes, String version, Map<String, String> headers) {
  public StoredObject {
    headers = Map.copyOf(headers);
  }
}
