package io.holdfast.examples.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the guide shows is what the example does: each of its blocks of Java stands in the example,
/// whatever the indentation.
class GuideTest {
  private static final Path GUIDE = Path.of("..", "..", "docs", "guide", "library.md");
  private static final Path EXAMPLE =
      Path.of("src/main/java/io/holdfast/examples/library/BackUpAndRestore.java");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @Test
  void itsCodeIsThatOfTheExample() throws IOException {
    String example = words(Files.readString(EXAMPLE));
    List<String> blocks =
        BLOCK.matcher(Files.readString(GUIDE)).results().map(found -> found.group(1)).toList();
    assertThat(blocks).hasSizeGreaterThan(3);
    assertThat(blocks).allSatisfy(block -> assertThat(example).contains(words(block)));
  }

  private static String words(String code) {
    return code.lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
