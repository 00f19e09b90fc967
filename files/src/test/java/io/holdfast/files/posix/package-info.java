/// Tests.
@NullMarked
package io.holdfast.files.posix;

import org.jspecify.annotations.NullMarked;
