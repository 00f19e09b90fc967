/// Azurite for tests, a process that its test run starts and stops.
@NullMarked
package io.holdfast.storage.azure.testing;

import org.jspecify.annotations.NullMarked;
