/// The sources of the configuration, each with its repository.
@NullMarked
package io.holdfast.server.source;

import org.jspecify.annotations.NullMarked;
