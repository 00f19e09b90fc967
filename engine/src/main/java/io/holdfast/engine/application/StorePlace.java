package io.holdfast.engine.application;

import io.holdfast.base.BackupException;
import io.holdfast.storage.ObjectPlaces;
import java.nio.file.Path;
import java.util.Optional;

/// Where a store is that a scope map names.
public sealed interface StorePlace {
  /// Files in a directory.
  record Directory(Path directory) implements StorePlace {}

  /// Objects in a folder of a bucket.
  ///
  /// @param url as [#of] takes it; where a person put a password into it, that stays out of texts
  record Bucket(String url) implements StorePlace {
    @Override
    public String toString() {
      return "Bucket";
    }
  }

  /// A path, a `file:` URL, or a URL of a bucket such as `s3://bucket/folder?region=eu-central-1`,
  /// which is looked at when it is opened.
  ///
  /// @param workingDirectory what relative paths are relative to
  /// @throws BackupException `BAD_URL`
  static StorePlace of(String text, Path workingDirectory) {
    Optional<Path> directory = ObjectPlaces.directory(text);
    return directory.isPresent()
        ? new Directory(workingDirectory.resolve(directory.get()))
        : new Bucket(text);
  }
}
