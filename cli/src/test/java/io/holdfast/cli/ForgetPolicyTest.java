package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.cli.TestRepository.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `forget` with a policy that lies in a file.
class ForgetPolicyTest {
  private static final Pattern NAME = Pattern.compile("[a-z]+_files_[0-9TZ-]+");

  @TempDir private Path temporary = Path.of("");
  private Path directory = Path.of("");
  private Optional<TestRepository> made = Optional.empty();

  /// One on each of six days, but two on the fifth, and one of another source on the first.
  private final List<String> backups = new ArrayList<>();

  private String other = "";

  @BeforeEach
  void makeBackups() throws IOException {
    directory = temporary.toRealPath();
    made = Optional.of(new TestRepository(directory));
    Files.writeString(directory.resolve("letter"), "dear reader");
    repository().goAhead(untilNoon());
    other = backUp("other");
    for (int day = 0; day <= 5; day++) {
      repository().goAhead(untilNoon().plusDays(day));
      backups.add(backUp("main"));
      if (day == 4) {
        backups.add(backUp("main"));
      }
    }
  }

  /// So that no day ends while the test runs.
  private static Duration untilNoon() {
    Instant now = InstantSource.system().instant();
    Instant today = now.truncatedTo(ChronoUnit.DAYS);
    return Duration.between(now, today.plus(Duration.ofHours(36)));
  }

  @Test
  void exactlyThoseGoThatThePolicyOfTheFileDoesNotKeep() throws IOException {
    Files.writeString(directory.resolve("keep.yaml"), "keep-daily: 4\nkeep-within: 30h\n");
    List<String> kept = new ArrayList<>(backups.subList(2, backups.size()));
    kept.add(other);

    Result dry = repository().run("forget", "--policy", "keep.yaml", "--dry-run").good();
    assertThat(dry.out().lines())
        .contains("would forget " + backups.get(0), "would forget " + backups.get(1))
        .filteredOn(line -> line.startsWith("keep "))
        .hasSameSizeAs(kept);
    assertThat(listed()).hasSize(backups.size() + 1);

    Result forgot = repository().run("forget", "--policy", "keep.yaml").good();
    assertThat(forgot.out().lines())
        .contains("forgot " + backups.get(0), "forgot " + backups.get(1))
        .contains("their data goes with 'holdfast prune'");
    assertThat(listed()).containsExactlyInAnyOrderElementsOf(kept);
    assertThat(repository().run("forget", "--policy", "keep.yaml").good().out())
        .contains("nothing to forget");
  }

  @Test
  void withoutKeepWithinThePolicyTakesTheEarlierOneOfADayToo() throws IOException {
    Files.writeString(directory.resolve("keep.yaml"), "keep-daily: 2\n");
    assertThat(
            repository()
                .run("forget", "--policy", "keep.yaml", "--source", "main", "--json")
                .good()
                .out())
        .contains("\"forgotten\"", backups.get(4));
    assertThat(listed()).containsExactlyInAnyOrder(backups.get(5), backups.get(6), other);
  }

  @Test
  void aCapTakesWhatAnOptionKeepsAndItIsSaid() {
    Result dry =
        repository()
            .run(
                "forget",
                "--source",
                "main",
                "--keep-last",
                "9",
                "--max-count",
                "2",
                "--zone",
                "Europe/Berlin",
                "--dry-run")
            .good();
    assertThat(dry.out().lines())
        .contains("would forget " + backups.get(4) + " (max-count)")
        .filteredOn(line -> line.startsWith("keep "))
        .hasSize(2);
    assertThat(
            repository()
                .run("forget", "--source", "main", "--keep-last", "1", "--window", "60h")
                .good()
                .out()
                .lines())
        .filteredOn(line -> line.startsWith("keep "))
        .hasSize(5);
    Result noZone = repository().run("forget", "--keep-last", "1", "--zone", "Berlin");
    assertThat(noZone.status()).isEqualTo(2);
    assertThat(noZone.err()).contains("there is no time zone 'Berlin'");
  }

  /// Nothing of such a file is taken, not even the lines that are right.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          keep-daily: many             | HF-1002 | keep-daily is 'many', which is no number
          keep-last: 1, keep-dayly: 3  | HF-1002 | it has unknown entries: keep-dayly
          keep-last: 1, keep-last: 2   | HF-1002 | while constructing a mapping
          just words                   | HF-1002 | it has no entries
          "keep-last: [1"              | HF-1002 | while parsing a flow sequence
          keep-within: 3 months        | HF-1001 | '3 months' is no time
          keep-last: 0                 | HF-1001 | the policy keeps nothing
          """)
  void aFileThatIsNoPolicyForgetsNothing(String lines, String code, String why) throws IOException {
    Path file = directory.resolve("keep.yaml");
    Files.writeString(file, lines.replace(", ", "\n") + "\n");
    Result refused = repository().run("forget", "--policy", "keep.yaml");

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains(code, why);
    assertThat(listed()).hasSize(backups.size() + 1);
  }

  @Test
  void aFileThatCannotBeReadForgetsNothing() throws IOException {
    Files.createDirectory(directory.resolve("folder"));
    for (String unreadable : List.of("nowhere.yaml", "folder")) {
      Result refused = repository().run("forget", "--policy", unreadable);
      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err())
          .contains("HF-1002", directory.resolve(unreadable) + ": it cannot be read: ");
    }
    Files.writeString(directory.resolve("keep.yaml"), "keep-last: 1\n");
    Result both = repository().run("forget", "--policy", "keep.yaml", "--keep-daily", "2");
    assertThat(both.status()).isEqualTo(2);
    assertThat(both.err()).contains("HF-1001", "both --policy and --keep options were given");
    assertThat(listed()).hasSize(backups.size() + 1);
  }

  private String backUp(String source) {
    String out =
        repository()
            .run("files", "backup", directory.resolve("letter").toString(), "--source", source)
            .good()
            .out();
    Matcher name = NAME.matcher(out);
    assertThat(name.find()).as(out).isTrue();
    return name.group();
  }

  /// The names of all backups that count.
  private List<String> listed() {
    Matcher names = NAME.matcher(repository().run("list").good().out());
    List<String> listed = new ArrayList<>();
    while (names.find()) {
      listed.add(names.group());
    }
    return listed;
  }

  private TestRepository repository() {
    return made.orElseThrow();
  }
}
