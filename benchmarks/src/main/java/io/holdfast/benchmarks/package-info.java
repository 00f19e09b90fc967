/// Micro-benchmarks of the data path, each beside the *bare* case: the same work by the JDK's and
/// zstd's own functions and nothing around them, in one thread, which is the most that the machine
/// can do.
///
/// A *buffer* is 8 MiB of a stream that is cut into pieces; a *chunk* has a fixed length. *Text*
/// are rows as an export has them, *noise* cannot be compressed. Figures are calls per second;
/// `micro.sh` makes bytes of them.
@NullMarked
package io.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
