package io.holdfast.storage;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.testing.CrashingBlobStore;
import io.holdfast.storage.testing.FaultyBlobStore;
import io.holdfast.storage.testing.FaultyBlobStore.Faults;
import io.holdfast.storage.testing.LateDuplicateBlobStore;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/// The whole contract for the store in memory and for each decorator around it.
class DecoratedBlobStoreTest {
  static BlobStore retrying(BlobStore inner) {
    var policy = new RetryingBlobStore.Policy(30, Duration.ofMillis(1), Duration.ofMillis(1));
    return new RetryingBlobStore(inner, policy, Seeds.entropy(1), _ -> {});
  }

  @Nested
  class MemoryTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return new MemoryBlobStore();
    }
  }

  @Nested
  class RetryingTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return retrying(new MemoryBlobStore());
    }
  }

  @Nested
  class ObservedTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return new ObservedBlobStore(new MemoryBlobStore());
    }
  }

  @Nested
  class FaultlessTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return new FaultyBlobStore(new MemoryBlobStore(), 1, Faults.NONE, _ -> {});
    }
  }

  /// What retrying is for: the contract holds although a fifth of all requests fails.
  @Nested
  class RetryingAroundFaultsTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      Faults faults = Faults.NONE.withUnavailable(0.2).withLostAnswer(0.2);
      return retrying(new FaultyBlobStore(new MemoryBlobStore(), 7, faults, _ -> {}));
    }
  }

  @Nested
  class NeverCrashingTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return CrashingBlobStore.counting(new MemoryBlobStore());
    }
  }

  @Nested
  class NeverLateTest extends BlobStoreContract {
    @Override
    protected BlobStore openEmpty() {
      return new LateDuplicateBlobStore(new MemoryBlobStore(), 1, 0, 0);
    }
  }
}
