/// The tar of `docs/format/portable.md`: what one version of one program writes, and nothing else.
/// A reader that understands less has less to be deceived about.
@NullMarked
package io.holdfast.portable.tar;

import org.jspecify.annotations.NullMarked;
