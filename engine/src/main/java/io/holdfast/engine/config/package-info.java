/// Settings: from flags, the environment and one file, in that order of strength, parsed once into
/// records. All problems of the file are reported together, each with its line.
@NullMarked
package io.holdfast.engine.config;

import org.jspecify.annotations.NullMarked;
