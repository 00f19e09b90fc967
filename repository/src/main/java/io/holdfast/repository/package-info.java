/// The module `repository`.
@NullMarked
package io.holdfast.repository;

import org.jspecify.annotations.NullMarked;
