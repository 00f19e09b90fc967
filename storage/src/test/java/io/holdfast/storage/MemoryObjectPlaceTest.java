package io.holdfast.storage;

import io.holdfast.storage.testing.MemoryObjectPlace;

class MemoryObjectPlaceTest extends ObjectPlaceContract {
  @Override
  protected ObjectPlace openEmpty() {
    return new MemoryObjectPlace();
  }
}
