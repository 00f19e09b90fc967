package io.holdfast.files.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExcludesTest {
  @ParameterizedTest(name = "{0} and {1}: {2}")
  @CsvSource({
    "*.o, home/a/x.o, true",
    "*.o, x.o, true",
    "*.o, x.oo, false",
    "build, a/build, true",
    "build, a/builds, false",
    "/build, a/build, false",
    "/build, build, true",
    "a/b, a/b, true",
    "a/b, x/a/b, false",
    "**/a/b, x/y/a/b, true",
    "**/a/b, a/b, true",
    "a/**/b, a/b, true",
    "a/**/b, a/x/y/b, true",
    "a/**, a, false",
    "a/**, a/x/y, true",
    "a*c, abc, true",
    "a*c, ab/c, false",
    "a?c, abc, true",
    "a?c, a/c, false",
    "[a-c]x, bx, true",
    "[a-c]x, dx, false",
    "[!a-c]x, dx, true",
    "[!a-c]x, /x, false",
    "'\\*', '*', true",
    "'\\*', a, false",
    "'\\#x', '#x', true",
    "x.y, xzy, false",
    "(a|b), a, false",
  })
  void patternsMeanWhatTheyMeanInGitignore(String pattern, String path, boolean excluded) {
    Excludes excludes = Excludes.of(List.of(pattern));
    assertThat(excludes.excludesFile(path)).isEqualTo(excluded);
    assertThat(excludes.excludesDirectory(path)).isEqualTo(excluded);
  }

  @Test
  void aSlashAtTheEndMeansDirectories() {
    Excludes excludes = Excludes.of(List.of("tmp/"));
    assertThat(excludes.excludesDirectory("a/tmp")).isTrue();
    assertThat(excludes.excludesFile("a/tmp")).isFalse();
  }

  @Test
  void theLastPatternDecides() {
    Excludes excludes = Excludes.of(List.of("*.log", "!keep.log", "# nothing", "", "/x/keep.log"));
    assertThat(excludes.excludesFile("a/b.log")).isTrue();
    assertThat(excludes.excludesFile("a/keep.log")).isFalse();
    assertThat(excludes.excludesFile("x/keep.log")).isTrue();
  }

  @Test
  void spacesAtTheEndCountOnlyWithABackslash() {
    assertThat(Excludes.of(List.of("a  ")).excludesFile("a")).isTrue();
    assertThat(Excludes.of(List.of("a\\ ")).excludesFile("a ")).isTrue();
  }

  @Test
  void aPatternForNothingIsRefused() {
    assertThatThrownBy(() -> Excludes.of(List.of("/")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
