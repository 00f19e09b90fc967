/// A real `sshd` for tests, which their run starts and stops, and a proxy that cuts connections.
@NullMarked
package io.holdfast.storage.sftp.testing;

import org.jspecify.annotations.NullMarked;
