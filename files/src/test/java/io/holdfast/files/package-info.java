/// Tests.
@NullMarked
package io.holdfast.files;

import org.jspecify.annotations.NullMarked;
