/// Tests.
@NullMarked
package io.holdfast.portable.tar;

import org.jspecify.annotations.NullMarked;
