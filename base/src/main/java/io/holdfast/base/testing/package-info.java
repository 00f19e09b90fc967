/// Fakes and helpers for tests of any module: seeded randomness and a clock that a test moves. They
/// live in main code so that they can be shared; ArchUnit keeps product code away from them.
@NullMarked
package io.holdfast.base.testing;

import org.jspecify.annotations.NullMarked;
