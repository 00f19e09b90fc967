/// Stores that misbehave on purpose, for tests.
@NullMarked
package io.holdfast.storage.testing;

import org.jspecify.annotations.NullMarked;
