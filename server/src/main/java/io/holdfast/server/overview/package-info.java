/// How things stand: sources, repositories, what can be recovered, what would be kept, and figures.
/// Nothing here changes anything.
@NullMarked
package io.holdfast.server.overview;

import org.jspecify.annotations.NullMarked;
