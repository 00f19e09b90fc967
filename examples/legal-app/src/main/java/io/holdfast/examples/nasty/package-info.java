/// A schema in which everything is difficult that may be difficult about the rows of one tenant,
/// and a generator of rows for it. Tests of tenant backups run on it; no application looks like
/// this.
@NullMarked
package io.holdfast.examples.nasty;

import org.jspecify.annotations.NullMarked;
