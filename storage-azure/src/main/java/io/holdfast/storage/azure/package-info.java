/// Blobs in a container of Azure Blob Storage, by its REST interface.
///
/// A blob is a block blob that one Put Blob makes. Who asks is proved by the **account key** (each
/// request is signed with it), by a **shared access signature** (a query that somebody else has
/// signed) or by a token of Microsoft's identity service.
@NullMarked
package io.holdfast.storage.azure;

import org.jspecify.annotations.NullMarked;
