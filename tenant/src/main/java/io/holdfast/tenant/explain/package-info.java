/// Shows what a scope map means in a database.
@NullMarked
package io.holdfast.tenant.explain;

import org.jspecify.annotations.NullMarked;
