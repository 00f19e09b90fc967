/// The rules of the house, kept by tests.
@NullMarked
package io.holdfast.architecture;

import org.jspecify.annotations.NullMarked;
