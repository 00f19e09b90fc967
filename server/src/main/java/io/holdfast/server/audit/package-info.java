/// What people did, so that nobody can take it back unnoticed.
@NullMarked
package io.holdfast.server.audit;

import org.jspecify.annotations.NullMarked;
