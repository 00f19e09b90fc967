/// Reading back: every chunk a backup refers to is fetched, opened and compared with its id, and
/// the WAL it needs is read and checked too.
@NullMarked
package io.holdfast.engine.verify;

import org.jspecify.annotations.NullMarked;
