/// The library: every operation as a typed call. [Holdfast] is where to begin.
@NullMarked
package io.holdfast.engine.api;

import org.jspecify.annotations.NullMarked;
