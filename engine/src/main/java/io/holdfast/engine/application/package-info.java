/// Host applications that may speak for their accounts, and where what they have is.
@NullMarked
package io.holdfast.engine.application;

import org.jspecify.annotations.NullMarked;
