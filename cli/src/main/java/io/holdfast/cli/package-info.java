/// The command line: one class per command. It parses, calls the engine, and prints: results on
/// stdout (text, or one JSON document with `--json`), everything else on stderr. Exit statuses are
/// those of [io.holdfast.base.ErrorKind].
@NullMarked
package io.holdfast.cli;

import org.jspecify.annotations.NullMarked;
