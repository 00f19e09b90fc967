package io.holdfast.repository.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PoolTest {
  private final AtomicInteger made = new AtomicInteger();
  private final Pool<Integer> pool = new Pool<>(made::incrementAndGet);

  @Test
  void makesNoMoreThanAreUsedAtOnce() {
    Integer first = pool.take();
    Integer second = pool.take();
    pool.give(first);
    pool.give(second);
    pool.take();
    pool.take();
    assertThat(made).hasValue(2);
  }

  @Test
  void handsOverEveryIdleOneToBeReleased() {
    Integer first = pool.take();
    Integer second = pool.take();
    Integer used = pool.take();
    pool.give(first);
    pool.give(second);

    List<Integer> ended = new ArrayList<>();
    pool.drain(ended::add);

    assertThat(ended).containsExactlyInAnyOrder(first, second).doesNotContain(used);
    assertThat(pool.take()).isEqualTo(4);
  }
}
