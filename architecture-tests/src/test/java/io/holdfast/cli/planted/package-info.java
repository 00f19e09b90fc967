/// Classes that break rules on purpose, so that the rules are seen to work.
@NullMarked
package io.holdfast.cli.planted;

import org.jspecify.annotations.NullMarked;
