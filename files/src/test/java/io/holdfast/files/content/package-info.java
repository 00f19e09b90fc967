/// Tests.
@NullMarked
package io.holdfast.files.content;

import org.jspecify.annotations.NullMarked;
