/// Logical dumps: a consistent snapshot of one database, what is in it, and how to put it back.
@NullMarked
package io.holdfast.postgres.dump;

import org.jspecify.annotations.NullMarked;
