@NullMarked
package io.holdfast.storage.s3;

import org.jspecify.annotations.NullMarked;
