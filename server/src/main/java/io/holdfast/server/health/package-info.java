/// Whether the server does what it is there for, for programs that watch it.
@NullMarked
package io.holdfast.server.health;

import org.jspecify.annotations.NullMarked;
