/// Fixed-width big-endian records, written and read by hand. *Damaged* bytes are expected: whatever
/// a reader meets ends in a value or in a [io.holdfast.repository.CorruptRepositoryException], and
/// every length is compared with a limit before anything is allocated for it.
@NullMarked
package io.holdfast.repository.codec;

import org.jspecify.annotations.NullMarked;
