/// What accounts of host applications may do with their own backups.
@NullMarked
package io.holdfast.server.account;

import org.jspecify.annotations.NullMarked;
