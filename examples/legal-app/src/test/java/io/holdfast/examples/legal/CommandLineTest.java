package io.holdfast.examples.legal;

import static io.holdfast.examples.legal.Databases.count;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CommandLineTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return LegalApp.run(
        arguments,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void fillsTheDatabaseOfAUrl(@TempDir Path assets) throws Exception {
    try (Databases databases = Databases.start(15);
        Connection connection = databases.create()) {
      String url =
          "postgresql://postgres:p%40ss@127.0.0.1:"
              + databases.server().port()
              + "/"
              + connection.getCatalog();
      assertThat(run(url, "--accounts", "3", "--seed", "11", "--assets", assets.toString()))
          .as(err.toString(StandardCharsets.UTF_8))
          .isZero();
      assertThat(count(connection, "SELECT count(*) FROM users")).isEqualTo(3);
      assertThat(out.toString(StandardCharsets.UTF_8))
          .startsWith("3 accounts, ")
          .contains("first account: " + LegalApp.account(11, LegalAppSize.small(3), 0));
      assertThat(assets.resolve("audio")).isNotEmptyDirectory();
      assertThat(run(url)).isEqualTo(1);
      assertThat(err.toString(StandardCharsets.UTF_8)).contains("already exists");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', the URL is missing",
    "postgresql://h/d --seed, --seed takes a value",
    "postgresql://h/d --accounts many, 'takes a number, not ''many'''",
    "postgresql://h/d --accounts 0, accounts must be 1 to 10000000",
    "postgresql://h/d --size huge, '--size is small, medium or large'",
    "postgresql://u:SECRET@h/d --what, what is '--what'?",
    "mysql://u:SECRET@h/d, the URL does not begin with postgresql://host",
    "postgresql://u:SECRET@h:x y/d, cannot be read"
  })
  void wrongArgumentsAreNamed(String arguments, String message) {
    String[] split =
        arguments.contains("x y")
            ? new String[] {arguments}
            : arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
    assertThat(run(split)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(message)
        .contains("usage: legal-app URL")
        .doesNotContain("SECRET");
  }
}
