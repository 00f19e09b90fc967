/// Tools that run while the distribution is put together and are not shipped with it.
///
/// A *trimmed* jar is a published jar without what keeps it out of the AOT cache (signatures,
/// classes older than class file version 50) and without native libraries of other platforms.
@NullMarked
package io.holdfast.distribution.assembly;

import org.jspecify.annotations.NullMarked;
