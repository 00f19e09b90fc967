/// Tests.
@NullMarked
package io.holdfast.files.restoring;

import org.jspecify.annotations.NullMarked;
