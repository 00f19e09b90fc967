/// What a server's catalog has that is nowhere else, saved in the repository.
@NullMarked
package io.holdfast.engine.catalog;

import org.jspecify.annotations.NullMarked;
