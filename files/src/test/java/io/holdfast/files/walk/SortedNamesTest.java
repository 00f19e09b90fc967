package io.holdfast.files.walk;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SortedNamesTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void namesComeInOrderHoweverLittleMemoryThereIs(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 3_000; i++) {
      expected.add(Long.toString(random.nextLong(), 36));
    }
    List<String> shuffled = new ArrayList<>(expected);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      java.util.Collections.swap(shuffled, i, random.nextInt(i + 1));
    }
    for (int budget : List.of(2_000, 20_000, 1 << 20)) {
      List<String> sorted = new ArrayList<>();
      try (SortedNames names = new SortedNames(budget)) {
        for (String name : shuffled) {
          names.add(name.getBytes(StandardCharsets.UTF_8));
        }
        names.sort();
        for (Optional<byte[]> next = names.poll(); next.isPresent(); next = names.poll()) {
          sorted.add(new String(next.get(), StandardCharsets.UTF_8));
        }
      }
      assertThat(sorted).containsExactlyElementsOf(expected);
    }
  }
}
