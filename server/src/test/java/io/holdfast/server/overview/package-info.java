@NullMarked
package io.holdfast.server.overview;

import org.jspecify.annotations.NullMarked;
