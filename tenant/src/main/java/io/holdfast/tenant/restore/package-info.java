/// Puts rows of one scope back: what a restore would do is found out first, in the target itself
/// and without changing it, and then done in one statement.
@NullMarked
package io.holdfast.tenant.restore;

import org.jspecify.annotations.NullMarked;
