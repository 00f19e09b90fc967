@NullMarked
package io.holdfast.storage.azure;

import org.jspecify.annotations.NullMarked;
