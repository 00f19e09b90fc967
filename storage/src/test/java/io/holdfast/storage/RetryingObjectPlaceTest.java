package io.holdfast.storage;

import static io.holdfast.storage.ObjectPlaceContract.content;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.ObjectPlace.Outcome;
import io.holdfast.storage.testing.MemoryObjectPlace;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What becomes of changes whose answers are lost.
class RetryingObjectPlaceTest {
  private final MemoryObjectPlace memory = new MemoryObjectPlace();
  private final Deque<Fault> faults = new ArrayDeque<>();
  private final ObjectPlace place =
      new RetryingObjectPlace(
          new Faulty(), RetryingBlobStore.Policy.DEFAULT, Seeds.entropy(1), _ -> {});

  /// What happens to the next change.
  private enum Fault {
    NONE,
    /// It was not done.
    UNAVAILABLE,
    /// It was done, and nobody says so.
    ANSWER_LOST,
    /// It was done, nobody says so, and somebody replaces it.
    ANSWER_LOST_AND_REPLACED
  }

  @Test
  void aPutWhoseAnswerIsLostIsFoundOut() throws IOException {
    faults.add(Fault.ANSWER_LOST);
    assertThat(put("one", Optional.empty(), "mine")).isEqualTo(Outcome.DONE);

    String before = version("one");
    faults.add(Fault.UNAVAILABLE);
    faults.add(Fault.ANSWER_LOST);
    assertThat(put("one", Optional.of(before), "mine too")).isEqualTo(Outcome.DONE);
  }

  @Test
  void whatSomebodyElsePutMeanwhileIsNotOurs() throws IOException {
    faults.add(Fault.ANSWER_LOST_AND_REPLACED);
    assertThat(put("one", Optional.empty(), "mine")).isEqualTo(Outcome.CHANGED);
    assertThat(read("one")).isEqualTo("theirs");
  }

  @Test
  void theSameBytesOfSomebodyElseAreNotOurs() throws IOException {
    put("one", Optional.empty(), "same");
    assertThat(put("one", Optional.empty(), "same")).isEqualTo(Outcome.CHANGED);
  }

  @Test
  void aRemovalWhoseAnswerIsLostIsDone() throws IOException {
    put("one", Optional.empty(), "x");
    faults.add(Fault.ANSWER_LOST);
    assertThat(place.delete("one", version("one"))).isEqualTo(Outcome.DONE);
    assertThat(place.delete("one", "v1")).as("what was never there").isEqualTo(Outcome.CHANGED);
  }

  @Test
  void givesUpAndSaysThatNobodyKnows() {
    faults.add(Fault.ANSWER_LOST_AND_REPLACED);
    for (int i = 0; i < 10; i++) {
      faults.add(Fault.UNAVAILABLE);
    }
    assertThatThrownBy(() -> put("one", Optional.empty(), "mine"))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    faults.clear();
    for (int i = 0; i < 10; i++) {
      faults.add(Fault.UNAVAILABLE);
    }
    assertThatThrownBy(() -> put("two", Optional.empty(), "mine"))
        .isInstanceOf(StoreUnavailableException.class);
  }

  private Outcome put(String key, Optional<String> before, String text) throws IOException {
    return place.put(key, before, content(text.getBytes(UTF_8), Map.of()));
  }

  private String version(String key) {
    return memory.find(key).orElseThrow().version();
  }

  private String read(String key) throws IOException {
    int length = (int) memory.find(key).orElseThrow().bytes();
    return new String(memory.read(key, version(key), 0, length), UTF_8);
  }

  /// Meets changes with faults.
  private final class Faulty implements ObjectPlace {
    @Override
    public Optional<StoredObject> find(String key) {
      return memory.find(key);
    }

    @Override
    public byte[] read(String key, String version, long offset, int length) throws IOException {
      return memory.read(key, version, offset, length);
    }

    @Override
    public Outcome put(String key, Optional<String> before, NewObject content) throws IOException {
      Fault fault = next();
      Outcome outcome = memory.put(key, before, content);
      if (fault == Fault.ANSWER_LOST_AND_REPLACED) {
        memory.put(key, Optional.of(version(key)), content("theirs".getBytes(UTF_8), Map.of()));
      }
      return fault == Fault.NONE ? outcome : lost();
    }

    @Override
    public Outcome delete(String key, String version) throws IOException {
      Fault fault = next();
      Outcome outcome = memory.delete(key, version);
      if (fault != Fault.NONE) {
        throw new StoreUnavailableException("the answer was lost");
      }
      return outcome;
    }

    private Fault next() throws IOException {
      Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
      if (fault == Fault.UNAVAILABLE) {
        throw new StoreUnavailableException("not now");
      }
      return fault;
    }

    private Outcome lost() throws IOException {
      throw new WriteOutcomeUnknownException("the answer was lost");
    }

    @Override
    public Optional<String> obstacle(String key, long bytes) {
      return Optional.empty();
    }

    @Override
    public String describe() {
      return "memory";
    }

    @Override
    public void close() {}
  }
}
