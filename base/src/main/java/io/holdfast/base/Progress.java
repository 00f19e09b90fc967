package io.holdfast.base;

/// Receives what long work tells about itself. Called from several threads; must return quickly and
/// must not throw.
public interface Progress {
  /// Progress that nobody watches.
  Progress NONE =
      new Progress() {
        @Override
        public void phase(String name, long unitsExpected) {}

        @Override
        public void advance(long units) {}

        @Override
        public void note(String message) {}
      };

  /// A new phase begins. `unitsExpected` is in bytes, or 0 where nobody knows.
  void phase(String name, long unitsExpected);

  /// So many more bytes of the current phase are done.
  void advance(long units);

  /// Something a person should read while or after the work runs: one line, no full stop.
  void note(String message);
}
