/// Tests of keys and ciphers.
@NullMarked
package io.holdfast.repository.crypto;

import org.jspecify.annotations.NullMarked;
