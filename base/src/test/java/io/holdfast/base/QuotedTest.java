package io.holdfast.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Text of others in messages and in commands that people copy.
class QuotedTest {
  @Test
  void aPlainWordOfACommandStaysAsItIs() {
    assertThat(Quoted.inShell("main-2.prod_a")).isEqualTo("main-2.prod_a");
  }

  @Test
  void aWordThatAShellWouldReadOtherwiseIsQuoted() {
    assertThat(Quoted.inShell("my db")).isEqualTo("'my db'");
    assertThat(Quoted.inShell("$(reboot)")).isEqualTo("'$(reboot)'");
    assertThat(Quoted.inShell("it's")).isEqualTo("'it'\\''s'");
    assertThat(Quoted.inShell("")).isEqualTo("''");
  }

  @Test
  void aLongTextIsCutAndCounted() {
    assertThat(Quoted.of("x".repeat(100))).isEqualTo("'" + "x".repeat(80) + "…' (100 characters)");
  }

  @Test
  void whatMovesACursorIsWrittenAsItsNumber() {
    assertThat(Quoted.printable("a\u001b[2Jb\u202e")).isEqualTo("a\\u001b[2Jb\\u202e");
  }
}
