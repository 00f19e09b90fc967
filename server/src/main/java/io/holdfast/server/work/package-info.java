/// What a server does by itself, again and again.
@NullMarked
package io.holdfast.server.work;

import org.jspecify.annotations.NullMarked;
