/// A physical backup of a live cluster: the server's base backup streams in, is cut into extents,
/// checked page by page, stored, compared with the server's own manifest, and published only when
/// the WAL up to its end is in the repository too.
@NullMarked
package io.holdfast.engine.backup;

import org.jspecify.annotations.NullMarked;
