/// What every other module may use: errors, sizes, progress, secrets, entropy. JDK only; nothing
/// here knows PostgreSQL, packs or stores.
@NullMarked
package io.holdfast.base;

import org.jspecify.annotations.NullMarked;
