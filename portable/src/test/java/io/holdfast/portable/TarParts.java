package io.holdfast.portable;

import io.holdfast.portable.tar.TarEntry;
import io.holdfast.portable.tar.TarWalk;
import io.holdfast.portable.tar.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The entries of a tar, to be changed and put together again.
record TarParts(Map<String, byte[]> entries) {
  static TarParts of(byte[] tar) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    ByteSource source = source(tar);
    TarWalk walk = new TarWalk(source);
    for (Optional<TarEntry> next = walk.next(); next.isPresent(); next = walk.next()) {
      TarEntry entry = next.get();
      entries.put(entry.name(), source.stream(entry.position(), entry.size()).readAllBytes());
    }
    return new TarParts(entries);
  }

  static ByteSource source(byte[] bytes) {
    return new ByteSource() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        if (position >= bytes.length) {
          return -1;
        }
        int step = (int) Math.min(length, bytes.length - position);
        System.arraycopy(bytes, (int) position, target, offset, step);
        return step;
      }
    };
  }

  byte[] bytes(String name) {
    return Objects.requireNonNull(entries.get(name), name);
  }

  String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /// Replaces text in an entry; it must be there.
  TarParts replace(String name, String old, String with) {
    String text = text(name);
    if (!text.contains(old)) {
      throw new IllegalArgumentException(name + " has no " + old + ": " + text);
    }
    entries.put(name, text.replace(old, with).getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /// Makes the sum fit the manifest again, as somebody would who changed it on purpose.
  TarParts summed() {
    entries.put(
        "manifest.sha256",
        (Sha256.of(bytes("manifest.json")) + "  manifest.json\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  byte[] tar() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(out, Sample.ORIGIN.createdAt());
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      writer.entry(
          entry.getKey(), entry.getValue().length, new ByteArrayInputStream(entry.getValue()));
    }
    writer.finish();
    return out.toByteArray();
  }
}
