/// Encrypting and decrypting single files: what `holdfast encrypt` and `holdfast decrypt` do.
///
/// A **new file** has no name until it is whole and on disk, so nobody ever meets half of one.
@NullMarked
package io.holdfast.engine.portable;

import org.jspecify.annotations.NullMarked;
