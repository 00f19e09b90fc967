/// A program that uses the library.
@NullMarked
package io.holdfast.examples.library;

import org.jspecify.annotations.NullMarked;
