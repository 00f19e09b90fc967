/// Small complete stand-ins for the repository, for tests.
@NullMarked
package io.holdfast.repository.testing;

import org.jspecify.annotations.NullMarked;
