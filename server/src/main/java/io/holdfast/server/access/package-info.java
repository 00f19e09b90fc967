/// Who may what: the first admin, API tokens, and what each role may do.
@NullMarked
package io.holdfast.server.access;

import org.jspecify.annotations.NullMarked;
