@NullMarked
package io.holdfast.server.rescue;

import org.jspecify.annotations.NullMarked;
