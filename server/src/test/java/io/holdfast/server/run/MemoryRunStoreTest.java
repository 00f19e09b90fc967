package io.holdfast.server.run;

class MemoryRunStoreTest extends RunStoreContract {
  @Override
  RunStore store() {
    return new MemoryRunStore(clock);
  }

  @Override
  void clockMoved() {}
}
