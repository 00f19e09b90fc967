/// The server: schedules, runs, API and web pages on a catalog of its own. Spring is here and
/// nowhere else.
@NullMarked
package io.holdfast.server;

import org.jspecify.annotations.NullMarked;
