/// The nasty schema on real servers.
@NullMarked
package io.holdfast.examples.nasty;

import org.jspecify.annotations.NullMarked;
