package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/// What a command owes that cannot do what was asked: its status and code, a message with the
/// values, and a hint.
final class Refusal {
  private static final int LINE_MAX = 500;

  private Refusal() {}

  /// Expects that a command was refused.
  ///
  /// @param values what the message has to name
  static void expect(int status, String code, Command.Ended ended, String... values)
      throws IOException {
    assertThat(ended.err()).as("standard error").contains("error " + code + ": ");
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    String message = ended.err().substring(ended.err().indexOf("error " + code));
    for (String value : values) {
      assertThat(message).contains(value);
    }
    assertThat(message).containsPattern("\n  hint: [A-Z'$].{15,}");
    assertThat(ended.err())
        .as("no stack trace")
        .doesNotContain("\tat ")
        .doesNotContain("Exception");
    assertThat(ended.err().chars().filter(c -> c < ' ' && c != '\n').count())
        .as("control characters in " + ended.err())
        .isZero();
    assertThat(ended.err().lines()).allMatch(line -> line.length() <= LINE_MAX);
    assertThat(ended.out()).as("standard output").isEmpty();
  }
}
