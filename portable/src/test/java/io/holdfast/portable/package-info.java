/// Tests.
@NullMarked
package io.holdfast.portable;

import org.jspecify.annotations.NullMarked;
