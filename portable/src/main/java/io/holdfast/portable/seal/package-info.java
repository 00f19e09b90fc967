/// Files under a key: ours, that of the ERP's backup service, and those of `openssl enc`.
///
/// **Seal** and **open** are the two directions. A **chunk** is what is authenticated alone. Bytes
/// are in `docs/format/portable.md`. This package holds all use of keys in this module.
@NullMarked
package io.holdfast.portable.seal;

import org.jspecify.annotations.NullMarked;
