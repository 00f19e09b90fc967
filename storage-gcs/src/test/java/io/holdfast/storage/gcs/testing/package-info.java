/// An imitation of Google Cloud Storage for tests.
@NullMarked
package io.holdfast.storage.gcs.testing;

import org.jspecify.annotations.NullMarked;
