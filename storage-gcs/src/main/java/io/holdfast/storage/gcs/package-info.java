/// Blobs in a bucket of Google Cloud Storage, by its XML interface.
///
/// Every name has a **generation**, a number that each write raises; 0 means that there is nothing.
/// A put that requires generation 0 overwrites nothing. Who asks is proved by a token of Google's
/// identity service, found as Google's own programs find it ("application default credentials").
@NullMarked
package io.holdfast.storage.gcs;

import org.jspecify.annotations.NullMarked;
