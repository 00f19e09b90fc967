/// Holds a scope map against a live database and says in words where the two differ.
@NullMarked
package io.holdfast.tenant.check;

import org.jspecify.annotations.NullMarked;
