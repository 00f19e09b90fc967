package io.holdfast.storage;

import io.holdfast.base.BackupException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/// Opens one kind of store for [BlobStores], which finds drivers through [java.util.ServiceLoader].
/// A driver has no state and does not tire: retrying, throttling and counting are put around the
/// store by others.
public interface StoreDriver {
  /// The URL schemes that are this driver's, in lower case.
  Set<String> schemes();

  /// A URL to show to a person who gave a wrong one, such as `s3://bucket/prefix`.
  String example();

  /// Opens what `url` names. Writes nothing and may ask nothing: a store that is missing or refuses
  /// may show at the first request only.
  ///
  /// @throws BackupException `BAD_URL` if the URL or what belongs to it cannot be used
  /// @throws StoreRefusedException if the store says that it will not work like this
  /// @throws StoreUnavailableException if it cannot be reached
  BlobStore open(StoreUrl url, StoreContext context) throws IOException;

  /// Makes what a repository needs and this kind of store lets its users make (a directory, not a
  /// bucket), requires that it is there, and opens it. What it holds already is left alone.
  ///
  /// @throws BackupException as [#open]
  /// @throws StoreRefusedException as [#open]
  /// @throws StoreUnavailableException as [#open]
  BlobStore create(StoreUrl url, StoreContext context) throws IOException;

  /// Opens what `url` names as a place of objects of an application; empty if this kind of store
  /// has none. Asks nothing.
  ///
  /// @throws BackupException `BAD_URL` if the URL or what belongs to it cannot be used
  default Optional<ObjectPlace> openObjects(StoreUrl url, StoreContext context) throws IOException {
    return Optional.empty();
  }
}
