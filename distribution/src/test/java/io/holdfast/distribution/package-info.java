/// Runs what was packaged, as a stranger would: moved, without an environment.
@NullMarked
package io.holdfast.distribution;

import org.jspecify.annotations.NullMarked;
