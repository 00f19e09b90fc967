package io.holdfast.server.schedule;

class MemoryScheduleStoreTest extends ScheduleStoreContract {
  @Override
  ScheduleStore store() {
    return new MemoryScheduleStore(clock);
  }

  @Override
  void clockMoved() {}
}
