/// Telling people: what is worth telling, to whom, and how it gets there.
///
/// 1. *Rules* ([io.holdfast.engine.notify.AlertRules]) look at facts and say what is wrong and what
///    is not: pure, without a clock.
/// 2. *Incidents* ([io.holdfast.engine.notify.Incidents]) remember what was said. What goes wrong
///    is said once, that it is over is said once, and neither again after a restart.
/// 3. A *notice* is what people read. It is built from texts of errors and never from settings.
/// 4. A *channel* takes a notice to one receiver. A *delivery* tries again where that can help, and
///    no channel waits for another.
/// 5. Requests to URLs that somebody typed in go through [io.holdfast.engine.notify.Outbound] and
///    nothing else: such a URL must not lead into the network that Holdfast runs in.
@NullMarked
package io.holdfast.engine.notify;

import org.jspecify.annotations.NullMarked;
