/// What an export of one scope reads: rows, what they point to, and what would be left hanging.
@NullMarked
package io.holdfast.tenant.export;

import org.jspecify.annotations.NullMarked;
