/// What stands between a store and its server in tests.
@NullMarked
package io.holdfast.storage.web.testing;

import org.jspecify.annotations.NullMarked;
