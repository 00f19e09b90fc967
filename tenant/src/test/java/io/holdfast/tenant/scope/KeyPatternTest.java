package io.holdfast.tenant.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPatternTest {
  @ParameterizedTest
  @CsvSource({
    "{id}/**, 17, 17/a.pdf, true",
    "{id}/**, 17, 17/a/b.pdf, true",
    "{id}/**, 17, 17, false",
    "{id}/**, 17, 17/, false",
    "{id}/**, 17, 171/a.pdf, false",
    "{id}/**, 17, 18/a.pdf, false",
    "{id}/**, 17, a/17/b.pdf, false",
    "{id}/**, 17, 17/../18/a.pdf, false",
    "{id}/**, 17, 17//a.pdf, false",
    "{id}/**, 17, ./17/a.pdf, false",
    "{id}/**, 17, 17/./a.pdf, false",
    "{id}/**, 17, /17/a.pdf, false",
    "{id}/**, .., ../a.pdf, false",
    "{id}/**, 17/a, 17/a/b.pdf, false",
    "{id}/*.pdf, 17, 17/a.pdf, true",
    "{id}/*.pdf, 17, 17/a/b.pdf, false",
    "{id}/*.pdf, 17, 17/aXpdf, false",
    "logos/{id}.png, 17, logos/17.png, true",
    "logos/{id}.png, 17, logos/17.pngx, false",
    "logos/{id}.png, 17, logos/170.png, false",
    "/srv/{id}/**, 17, /srv/17/a, true",
    "acc-{id}/**, 17, acc-17/a, true",
    "{id}/**, .*, 17/a, false",
  })
  void aNameFitsOnlyTheIdThatItHas(String pattern, String id, String key, boolean fits) {
    assertThat(new KeyPattern(pattern).fits(key, id)).isEqualTo(fits);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "**",
        "",
        "a/**",
        "**/{id}/**",
        "*/{id}/**",
        "{id}*/a",
        "*{id}/a",
        "{id}/{id}",
        "{id}/{name}",
        "{name}/{id}",
        "{id}/../**",
        "{id}//a",
        "{id}/",
        "{id}/*/*/*/*/*"
      })
  void whatCouldFitTwoIdsIsNoPattern(String pattern) {
    assertThatThrownBy(() -> new KeyPattern(pattern)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesOfOneIdBeginWithIt() {
    assertThat(new KeyPattern("files/acc-{id}/**").beginning("17")).isEqualTo("files/acc-17");
  }
}
