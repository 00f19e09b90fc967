/// Tests.
@NullMarked
package io.holdfast.files.walk;

import org.jspecify.annotations.NullMarked;
