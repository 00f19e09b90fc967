@NullMarked
package io.holdfast.storage.gcs;

import org.jspecify.annotations.NullMarked;
