/// Tests.
@NullMarked
package io.holdfast.portable.seal;

import org.jspecify.annotations.NullMarked;
