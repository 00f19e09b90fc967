package io.holdfast.portable;

import io.holdfast.portable.tar.TarEntry;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;

/// A file that was verified, and where its parts are.
record Contents(ByteSource source, Manifest manifest, Map<String, TarEntry> entries) {
  InputStream open(String name) {
    TarEntry entry = Objects.requireNonNull(entries.get(name), name);
    return source.stream(entry.position(), entry.size());
  }
}
