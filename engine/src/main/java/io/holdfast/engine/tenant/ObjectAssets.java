package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.NewObject;
import io.holdfast.storage.ObjectChangedException;
import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.StoredObject;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/// Objects below a prefix of a bucket that rows name. Memory does not grow with an object.
/// *Confined.*
final class ObjectAssets implements AssetStore {
  private static final int LOOKS_MAX = 3;

  private final ObjectPlace place;

  /// @param place is closed with this
  ObjectAssets(ObjectPlace place) {
    this.place = place;
  }

  @Override
  public Optional<Found> open(String key) throws IOException {
    return place.find(checked(key)).map(object -> new Opened(key, object));
  }

  private String checked(String key) {
    TenantPaths.requireObjectKey(describe(), key);
    return key;
  }

  private final class Opened implements Found {
    private final String key;
    private final StoredObject object;

    Opened(String key, StoredObject object) {
      this.key = key;
      this.object = object;
    }

    @Override
    public long bytes() {
      return object.bytes();
    }

    @Override
    public Map<String, String> headers() {
      return object.headers();
    }

    @Override
    public void copyTo(TenantContents.Sink sink) throws IOException {
      long done = 0;
      while (done < object.bytes()) {
        int length = (int) Math.min(ObjectPlace.PIECE_BYTES_MAX, object.bytes() - done);
        sink.take(place.read(key, object.version(), done, length), 0, length);
        done += length;
      }
    }
  }

  @Override
  public Optional<Seen> look(String key) throws IOException {
    return look(key, _ -> true);
  }

  @Override
  public Optional<Seen> look(String key, long bytes) throws IOException {
    return look(key, length -> length == bytes);
  }

  /// @param read the lengths of objects whose bytes are looked at
  private Optional<Seen> look(String key, LongPredicate read) throws IOException {
    for (int looks = 0; looks < LOOKS_MAX; looks++) {
      Optional<StoredObject> found = place.find(checked(key));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      String version = found.get().version();
      if (!read.test(found.get().bytes())) {
        return Optional.of(new Seen(found.get().bytes() + " bytes " + version, version));
      }
      MessageDigest sha = AssetStore.sha256();
      try {
        new Opened(key, found.get()).copyTo(sha::update);
        return Optional.of(new Seen(HexFormat.of().formatHex(sha.digest()), version));
      } catch (ObjectChangedException _) {
        // Once more.
      }
    }
    throw AssetStore.changed(key);
  }

  @Override
  public void requireFits(String key, long bytes) {
    Optional<String> obstacle = place.obstacle(checked(key), bytes);
    if (obstacle.isPresent()) {
      throw new BackupException(
          ErrorCode.RESTORE_BLOCKED,
          "file " + key + " cannot be put into " + describe() + ": " + obstacle.get(),
          "Nothing was changed. Restore this group into a directory and bring the file there"
              + " yourself, or leave the group out with --without.");
    }
  }

  /// An object that replaces another keeps what was said about that one, if the backup has nothing
  /// to say.
  @Override
  public void write(String key, Optional<Seen> before, NewObject content) throws IOException {
    Map<String, String> headers = content.headers();
    if (headers.isEmpty() && before.isPresent()) {
      headers = place.find(checked(key)).map(StoredObject::headers).orElse(headers);
    }
    NewObject object = new NewObject(content.bytes(), content.sha256(), headers, content.body());
    require(key, place.put(checked(key), before.map(Seen::version), object));
  }

  @Override
  public void delete(String key, Seen before) throws IOException {
    require(key, place.delete(checked(key), before.version()));
  }

  private static void require(String key, ObjectPlace.Outcome outcome) {
    switch (outcome) {
      case DONE -> {}
      case CHANGED -> throw AssetStore.changed(key);
    }
  }

  @Override
  public String describe() {
    return place.describe();
  }

  @Override
  public Optional<String> directory() {
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    place.close();
  }
}
