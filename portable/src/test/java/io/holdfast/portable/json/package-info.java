/// Tests.
@NullMarked
package io.holdfast.portable.json;

import org.jspecify.annotations.NullMarked;
