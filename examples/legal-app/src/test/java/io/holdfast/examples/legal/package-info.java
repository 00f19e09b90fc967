/// The example application on real servers.
@NullMarked
package io.holdfast.examples.legal;

import org.jspecify.annotations.NullMarked;
