/// Proof by restore: a backup is restored into a private directory, a scratch server recovers it,
/// and everything that can be checked is checked; afterwards nothing is left.
@NullMarked
package io.holdfast.engine.drill;

import org.jspecify.annotations.NullMarked;
