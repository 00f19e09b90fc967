package io.holdfast.storage;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/// A folder of a store in which an application keeps its own objects: under keys of any characters,
/// of any size, replaced and removed by the application at any moment. Holdfast is a guest there:
/// it changes only what still is what it looked at. (In a [BlobStore] it is at home.)
///
/// All methods may be called from several threads. They throw [StoreUnavailableException] or
/// [StoreRefusedException] as those of [BlobStore] do; nothing was changed then.
public interface ObjectPlace extends Closeable {
  /// The most that is read at once.
  int PIECE_BYTES_MAX = 4 << 20;

  /// What became of a change.
  enum Outcome {
    DONE,
    /// Something else is there, or nothing more. It was left alone.
    CHANGED
  }

  /// What is there now; empty if nothing is.
  Optional<StoredObject> find(String key) throws IOException;

  /// Reads a part of one version.
  ///
  /// @param length 1 to [#PIECE_BYTES_MAX]; all these bytes are within the object
  /// @throws ObjectChangedException if this version is not there any more
  byte[] read(String key, String version, long offset, int length) throws IOException;

  /// Puts an object, which appears as a whole.
  ///
  /// @param before the version that it replaces; empty if nothing must be there
  /// @throws WriteOutcomeUnknownException if nobody can say whether it was put
  Outcome put(String key, Optional<String> before, NewObject content) throws IOException;

  /// Removes one version of an object.
  Outcome delete(String key, String version) throws IOException;

  /// Why no object can be put under this key and with so many bytes, in a few words; empty if it
  /// can.
  Optional<String> obstacle(String key, long bytes);

  /// In words, for messages; without secrets.
  String describe();
}
