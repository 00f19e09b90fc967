/// The only place that uses keys: the primitives of the JDK, Argon2id, and what is built of them.
///
/// - *Slot*: the root key, wrapped under a raw key or a passphrase.
/// - *Sealed object*: bytes under a key of their own, derived from a salt, with a commitment to key
///   and context behind them.
/// - *Context*: what an object is bound to (repository, domain, name); not stored, given again to
///   open it.
@NullMarked
package io.holdfast.repository.crypto;

import org.jspecify.annotations.NullMarked;
