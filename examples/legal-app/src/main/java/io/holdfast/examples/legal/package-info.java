/// An application for law offices in which many accounts share the tables, with a generator of rows
/// and files. It knows nothing of Holdfast: it is what Holdfast is shown and tested on.
///
/// Every value is a function of the seed and of the place of its row ([Chance]), so tables are
/// written one after the other without remembering what the one before contained.
@NullMarked
package io.holdfast.examples.legal;

import org.jspecify.annotations.NullMarked;
