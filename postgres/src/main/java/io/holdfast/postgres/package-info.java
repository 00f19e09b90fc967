/// The module `postgres`.
@NullMarked
package io.holdfast.postgres;

import org.jspecify.annotations.NullMarked;
