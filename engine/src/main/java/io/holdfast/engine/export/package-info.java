/// Writing what a backup holds into files that people and other programs read: portable files, and
/// tables as JSON lines, CSV or SQL.
///
/// A target has its name when it is whole, so nobody ever meets half of one.
@NullMarked
package io.holdfast.engine.export;

import org.jspecify.annotations.NullMarked;
