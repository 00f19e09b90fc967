/// The main job in a minute, on a throw-away server: back up under load, lose a table, get it back,
/// prove it row for row.
@NullMarked
package io.holdfast.engine.quickstart;

import org.jspecify.annotations.NullMarked;
