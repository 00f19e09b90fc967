/// What makes a lost catalog good again: its backup in the repository, and the way back.
@NullMarked
package io.holdfast.server.rescue;

import org.jspecify.annotations.NullMarked;
