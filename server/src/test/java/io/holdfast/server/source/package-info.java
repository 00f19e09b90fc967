@NullMarked
package io.holdfast.server.source;

import org.jspecify.annotations.NullMarked;
