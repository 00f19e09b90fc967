/// What tests of several packages share.
@NullMarked
package io.holdfast.engine.testing;

import org.jspecify.annotations.NullMarked;
