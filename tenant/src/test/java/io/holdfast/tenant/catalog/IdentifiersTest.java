package io.holdfast.tenant.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.testing.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class IdentifiersTest {
  static LongStream seeds() {
    return Seeds.stream();
  }

  @Test
  void namesAreWrittenWithoutQuotesWherePeopleWould() {
    assertThat(new QualifiedName("public", "matters").text()).isEqualTo("public.matters");
    assertThat(new QualifiedName("public", "User").text()).isEqualTo("public.\"User\"");
    assertThat(new QualifiedName("a.b", "c\"d").text()).isEqualTo("\"a.b\".\"c\"\"d\"");
    assertThat(new QualifiedName("public", "order").sql()).isEqualTo("\"public\".\"order\"");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyNameIsReadAsItWasWritten(long seed) {
    SplittableRandom random = Seeds.random(seed);
    String letters = "ab_Z9.\"' \n\t*ä:#,{}[]$";
    for (int i = 0; i < 2_000; i++) {
      QualifiedName name = new QualifiedName(word(random, letters), word(random, letters));
      assertThat(QualifiedName.parse(name.text())).isEqualTo(name);
    }
  }

  private static String word(SplittableRandom random, String letters) {
    StringBuilder word = new StringBuilder();
    int length = random.nextInt(1, 6);
    for (int i = 0; i < length; i++) {
      word.append(letters.charAt(random.nextInt(letters.length())));
    }
    return word.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "public.User, 'write \"User\", with the quotes'",
    "users, a table is named as schema.table",
    "a.b.c, a table is named as schema.table",
    "public., a name is missing",
    "'', a name is missing",
    "'public.\"x', a quotation mark is missing at the end",
    "'\"a\"b.c', 'a dot is missing behind \"a\"'",
    "'public.\"\"', 'no name can be \"\"'",
    "public.a b, 'write \"a b\", with the quotes'"
  })
  void whatIsNoNameIsRefusedWithTheReason(String text, String reason) {
    assertThatThrownBy(() -> QualifiedName.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
  }

  @Test
  void namesCanBeManyParts() {
    assertThat(Identifiers.parts("a.\"b.c\".d")).isEqualTo(List.of("a", "b.c", "d"));
    assertThatThrownBy(() -> Identifiers.parts("a".repeat(5_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
