/// Bounded concurrency: the only place where threads are made. Threads started here are waited for
/// here.
@NullMarked
package io.holdfast.base.concurrent;

import org.jspecify.annotations.NullMarked;
