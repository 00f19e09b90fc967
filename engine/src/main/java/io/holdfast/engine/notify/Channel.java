package io.holdfast.engine.notify;

import io.holdfast.base.BackupException;

/// Takes notices to one receiver. May be used by several threads.
public interface Channel {
  /// What the channel is called in settings and outcomes: one word.
  String name();

  /// Returns once the receiver took the notice. A receiver may get the same notice twice: when its
  /// answer was lost, whoever called tries again.
  ///
  /// @throws BackupException of kind `UNAVAILABLE` if trying again can help
  void send(Notice notice);
}
