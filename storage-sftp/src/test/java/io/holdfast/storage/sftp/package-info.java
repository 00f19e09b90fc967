@NullMarked
package io.holdfast.storage.sftp;

import org.jspecify.annotations.NullMarked;
