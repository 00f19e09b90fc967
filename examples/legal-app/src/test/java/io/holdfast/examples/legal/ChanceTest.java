package io.holdfast.examples.legal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChanceTest {
  @Test
  void theSameSeedWordAndPlaceGiveTheSameForEver() {
    Chance chance = Chance.of(1, "word", 2, 3);
    assertThat(List.of(chance.next(), chance.next()))
        .isEqualTo(List.of(Chance.of(1, "word", 2, 3).next(), second(Chance.of(1, "word", 2, 3))));
    assertThat(LegalApp.account(1, LegalAppSize.small(20), 0))
        .isEqualTo(UUID.fromString("5f213ed8-f1f3-48e9-86b3-971ff991d6ba"));
  }

  private static long second(Chance chance) {
    chance.next();
    return chance.next();
  }

  @Test
  void anotherSeedWordOrPlaceGivesAnother() {
    Set<Long> seen = new HashSet<>();
    for (long seed = -3; seed < 3; seed++) {
      for (String word : List.of("a", "b")) {
        seen.add(Chance.of(seed, word).next());
        for (long place = -3; place < 3; place++) {
          seen.add(Chance.of(seed, word, place).next());
          seen.add(Chance.of(seed, word, place, 0).next());
          seen.add(Chance.of(seed, word, 0, 1, place).next());
        }
      }
    }
    assertThat(seen).hasSize(6 * 2 * (1 + 6 * 3));
  }

  @Test
  void numbersStayWithinTheirBounds() {
    Chance chance = Chance.of(4, "bounds");
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      seen.add(chance.between(-2, 3));
    }
    assertThat(seen).containsExactlyInAnyOrder(-2, -1, 0, 1, 2, 3);
    UUID id = chance.uuid();
    assertThat(id.version()).isEqualTo(4);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(chance.bytes(13)).hasSize(13);
    assertThat(chance.bytes(0)).isEmpty();
  }
}
