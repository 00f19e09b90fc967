/// Dumb object storage: names and bytes, written once. [io.holdfast.storage.BlobStore] is the
/// contract; every store passes `BlobStoreContract`.
@NullMarked
package io.holdfast.storage;

import org.jspecify.annotations.NullMarked;
