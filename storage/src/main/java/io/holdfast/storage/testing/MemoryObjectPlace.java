package io.holdfast.storage.testing;

import io.holdfast.storage.NewObject;
import io.holdfast.storage.ObjectChangedException;
import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Objects in memory: the smallest complete implementation of the contract.
public final class MemoryObjectPlace implements ObjectPlace {
  private final Map<String, Held> objects = new TreeMap<>();
  private long versions;

  private static final class Held {
    private final byte[] bytes;
    private final String version;
    private final Map<String, String> headers;

    Held(byte[] bytes, String version, Map<String, String> headers) {
      this.bytes = bytes;
      this.version = version;
      this.headers = headers;
    }
  }

  @Override
  public synchronized Optional<StoredObject> find(String key) {
    return Optional.ofNullable(objects.get(key))
        .map(held -> new StoredObject(held.bytes.length, held.version, held.headers));
  }

  @Override
  public synchronized byte[] read(String key, String version, long offset, int length)
      throws IOException {
    Held held = objects.get(key);
    if (held == null || !held.version.equals(version)) {
      throw new ObjectChangedException(key + " is not " + version);
    }
    byte[] bytes = held.bytes;
    if (length > bytes.length - offset) {
      throw new IllegalArgumentException("bad range: " + length + " bytes at " + offset);
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public synchronized Outcome put(String key, Optional<String> before, NewObject content)
      throws IOException {
    if (!isStill(key, before)) {
      return Outcome.CHANGED;
    }
    try (InputStream in = content.body().open()) {
      byte[] bytes = in.readAllBytes();
      objects.put(key, new Held(bytes, "v" + ++versions, content.headers()));
    }
    return Outcome.DONE;
  }

  @Override
  public synchronized Outcome delete(String key, String version) {
    if (!isStill(key, Optional.of(version))) {
      return Outcome.CHANGED;
    }
    objects.remove(key);
    return Outcome.DONE;
  }

  private boolean isStill(String key, Optional<String> version) {
    return find(key).map(StoredObject::version).equals(version);
  }

  @Override
  public Optional<String> obstacle(String key, long bytes) {
    return bytes > Integer.MAX_VALUE ? Optional.of("it has too many bytes") : Optional.empty();
  }

  @Override
  public String describe() {
    return "memory";
  }

  @Override
  public void close() {}
}
