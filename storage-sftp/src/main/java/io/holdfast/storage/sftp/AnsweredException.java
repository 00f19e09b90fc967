package io.holdfast.storage.sftp;

import java.io.IOException;
import org.apache.sshd.sftp.common.SftpConstants;

/// The server answered that it did not do it. The channel goes on.
final class AnsweredException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int status;

  AnsweredException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }

  boolean saysAbsent() {
    return status == SftpConstants.SSH_FX_NO_SUCH_FILE
        || status == SftpConstants.SSH_FX_NO_SUCH_PATH;
  }

  boolean saysForbidden() {
    return status == SftpConstants.SSH_FX_PERMISSION_DENIED
        || status == SftpConstants.SSH_FX_WRITE_PROTECT;
  }

  boolean saysUnsupported() {
    return status == SftpConstants.SSH_FX_OP_UNSUPPORTED;
  }

  boolean saysFull() {
    return status == SftpConstants.SSH_FX_NO_SPACE_ON_FILESYSTEM
        || status == SftpConstants.SSH_FX_QUOTA_EXCEEDED;
  }
}
