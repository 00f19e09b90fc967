/// Runs: work that was asked for or was due, from the wish to its end. A run is held by one node at
/// a time, by a lease on the catalog's clock and a token that a later holder outbids.
@NullMarked
package io.holdfast.server.run;

import org.jspecify.annotations.NullMarked;
