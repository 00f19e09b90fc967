/// Connection URLs as people have them.
@NullMarked
package io.holdfast.postgres.url;

import org.jspecify.annotations.NullMarked;
