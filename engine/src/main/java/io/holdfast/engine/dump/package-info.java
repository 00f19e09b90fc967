/// Logical dumps of databases: taking them and putting them back.
@NullMarked
package io.holdfast.engine.dump;

import org.jspecify.annotations.NullMarked;
