/// Work that comes again and again: what of which source, when, and what becomes of runs that fail
/// or are missed. Pure; whoever carries plans out has a clock and somewhere to write down what is
/// handled.
@NullMarked
package io.holdfast.engine.plan;

import org.jspecify.annotations.NullMarked;
