package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.cli.TestRepository.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people are told when time passes and nobody does anything.
class AgeWarningTest {
  private static final Duration SHORTLY = Duration.ofHours(1);
  private static final Duration KEY_AGE = Duration.ofDays(90);
  private static final String OLD_KEYS = "the data keys of domain main are 90 days old";
  private static final String NOT_PROVED = "the longest that something was neither written nor";

  @TempDir private Path directory = Path.of("");
  private Optional<TestRepository> made = Optional.empty();

  @BeforeEach
  void makeRepositoryWithABackup() throws IOException {
    made = Optional.of(new TestRepository(directory));
    Path tree = Files.createDirectory(directory.resolve("tree"));
    Files.writeString(tree.resolve("letter"), "dear reader");
    repository()
        .run(Map.of("HOLDFAST_VERIFY_AFTER_BACKUP", "never"), "files", "backup", tree.toString())
        .good();
  }

  @Test
  void dataKeysAreWarnedOfFromTheNinetiethDayOnUntilTheyAreRenewed() {
    repository().goAhead(KEY_AGE.minus(SHORTLY));
    assertThat(repository().run("key", "list").good().err()).doesNotContain("days old");

    repository().goAhead(KEY_AGE);
    Result list = repository().run("key", "list").good();
    assertThat(list.err())
        .contains("warning: " + OLD_KEYS + ": 'holdfast key rotate' makes new ones");
    assertThat(list.out().lines()).anyMatch(line -> line.matches("main +1 .* 90"));
    assertThat(repository().run("key", "list", "--json").good().out())
        .contains("\"ageDays\": 90", "\"" + OLD_KEYS);

    repository().run("key", "rotate").good();
    assertThat(repository().run("key", "list").good().err())
        .doesNotContain("the data keys of domain main are");
  }

  @Test
  void theDoctorWarnsOfOldKeysAndOfWhatNobodyReadBack() {
    Result young = repository().run("doctor");
    assertThat(young.out()).doesNotContain("days old").doesNotContain(NOT_PROVED);

    repository().goAhead(KEY_AGE);
    Result old = repository().run("doctor");
    assertThat(old.out().lines())
        .anyMatch(line -> line.startsWith("WARN") && line.contains(OLD_KEYS))
        .anyMatch(
            line ->
                line.startsWith("WARN")
                    && line.contains("0.0 % of ")
                    && line.contains("proved within 30 days")
                    && line.contains(NOT_PROVED + " read back is 90 days"));
    assertThat(old.status()).as("backups work all the same").isZero();
  }

  @Test
  void howSoonEverythingIsToBeReadBackIsASetting() {
    Map<String, String> week = Map.of("HOLDFAST_PROVED_WITHIN_DAYS", "7");
    repository().goAhead(Duration.ofDays(7).minus(SHORTLY));
    assertThat(repository().run(week, "doctor").out()).doesNotContain(NOT_PROVED);

    repository().goAhead(Duration.ofDays(7).plus(SHORTLY));
    assertThat(repository().run("doctor").out()).as("30 days").doesNotContain(NOT_PROVED);
    assertThat(repository().run(week, "doctor").out())
        .contains(NOT_PROVED, "proved within 7 days", "holdfast verify --budget");

    repository().run("verify", "--budget", "1GiB").good();
    assertThat(repository().run(week, "doctor").out())
        .doesNotContain(NOT_PROVED)
        .contains("100.0 % of ");
  }

  private TestRepository repository() {
    return made.orElseThrow();
  }
}
