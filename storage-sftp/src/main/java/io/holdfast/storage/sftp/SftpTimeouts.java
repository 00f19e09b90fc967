package io.holdfast.storage.sftp;

import java.time.Duration;

/// How long the store waits for what.
///
/// @param connect for the TCP connection
/// @param answer for each answer of the server, and for each packet to leave
/// @param sync for the server's disk: a sync of a large file takes longer than an answer
record SftpTimeouts(Duration connect, Duration answer, Duration sync) {
  static final SftpTimeouts DEFAULT =
      new SftpTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofMinutes(2));
}
