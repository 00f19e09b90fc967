package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.Cancellation;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.Backups;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.files.FilesBackup;
import io.holdfast.engine.files.FilesBackupReport;
import io.holdfast.engine.files.FilesBackupRequest;
import io.holdfast.engine.files.FilesEstimate;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.engine.verify.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One backup into several repositories: each stands for itself.
class SpreadBackupTest {
  @TempDir Path scratch = Path.of("");
  private int readings;

  @BeforeEach
  void makeSource() throws IOException {
    Files.createDirectory(scratch.resolve("home"));
    Files.writeString(scratch.resolve("home/letter"), "dear reader");
  }

  @Test
  void everyRepositoryHasItAndTheSourceIsReadOnce() throws Exception {
    var spread = run(made("a"), made("b"), made("c"));
    assertThat(spread.isEverywhere()).isTrue();
    assertThat(spread.describe()).hasSize(3).allMatch(line -> line.startsWith("stored"));
    assertThat(readings).isEqualTo(1);
    for (String name : List.of("a", "b", "c")) {
      requireThere(name, spread.report().name());
    }
  }

  @Test
  void oneThatIsNotThereHindersNoOther() throws Exception {
    var spread = run(made("a"), scratch.resolve("missing"), made("c"));
    assertThat(spread.isEverywhere()).isFalse();
    assertThat(spread.outcomes().stream().map(SpreadBackup.Outcome::isThere))
        .containsExactly(true, false, true);
    assertThat(spread.describe().get(1)).startsWith("FAILED").contains("missing");
    assertThat(readings).isEqualTo(1);
    requireThere("a", spread.report().name());
    requireThere("c", spread.report().name());
  }

  @Test
  void ifTheFirstFailsTheNextOneTakesItsPlace() throws Exception {
    var spread = run(scratch.resolve("missing"), made("b"), made("c"));
    assertThat(spread.outcomes().stream().map(SpreadBackup.Outcome::isThere))
        .containsExactly(false, true, true);
    requireThere("b", spread.report().name());
    requireThere("c", spread.report().name());
  }

  @Test
  void whoInterruptsIsToldWhereTheBackupIs() throws Exception {
    Cancellation cancellation = new Cancellation();
    List<SpreadBackup.Place> places = new ArrayList<>();
    for (Path repository : List.of(made("a"), made("b"), made("c"))) {
      places.add(
          new SpreadBackup.Place(
              TestEngine.settings(repository), TestEngine.context(cancellation)));
    }
    var spread =
        SpreadBackup.run(
            places,
            (repository, settings) -> {
              FilesBackupReport report =
                  new FilesBackup(TestEngine.context(), repository).run(settings, request());
              cancellation.request();
              return report;
            },
            FilesBackupReport::name);
    assertThat(spread.outcomes().stream().map(SpreadBackup.Outcome::isThere))
        .containsExactly(true, false, false);
    assertThat(spread.describe().getLast()).startsWith("FAILED").contains("interrupted");
    requireThere("a", spread.report().name());
  }

  @Test
  void ifNoneTakesItTheFirstFailureIsTheAnswer() {
    assertThatThrownBy(() -> run(scratch.resolve("x"), scratch.resolve("y")))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.text()).contains("/x");
              assertThat(e.getSuppressed()).hasSize(1);
            });
  }

  @Test
  void aSourceThatFailsIsNotReadAgain() throws Exception {
    Path first = made("a");
    Path second = made("b");
    assertThatThrownBy(
            () ->
                SpreadBackup.run(
                    places(first, second),
                    (_, _) -> {
                      readings++;
                      throw new BackupException(ErrorCode.SERVER_UNAVAILABLE, "gone", "Wait.");
                    },
                    Object::toString))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNAVAILABLE));
    assertThat(readings).isEqualTo(1);
  }

  @Test
  void aRehearsalStoresNothingAnywhereAndFindsWhoIsNotThere() throws Exception {
    var spread = rehearse(made("a"), scratch.resolve("missing"), made("c"));

    assertThat(spread.report().entries().bytes()).isEqualTo("dear reader".length());
    assertThat(spread.isEverywhere()).isFalse();
    assertThat(spread.describeRehearsed().getFirst())
        .isEqualTo("would store in  " + scratch.resolve("a"));
    assertThat(spread.describeRehearsed().get(1)).startsWith("FAILED").contains("missing");
    assertThat(spread.outcomes().get(1).toRehearsedMap()).containsEntry("reachable", false);
    assertThat(spread.outcomes().get(2).toRehearsedMap()).containsEntry("reachable", true);
    for (String name : List.of("a", "c")) {
      assertThat(scratch.resolve(name).resolve("log"))
          .satisfiesAnyOf(
              log -> assertThat(log).doesNotExist(), log -> assertThat(log).isEmptyDirectory());
    }
  }

  @Test
  void aRehearsalIsOfTheFirstRepositoryThatWouldTakeTheBackup() throws Exception {
    made("b");
    String backup = run(scratch.resolve("b")).report().name();

    var spread = rehearse(scratch.resolve("missing"), scratch.resolve("b"));

    assertThat(spread.report().comparedWith()).contains(backup);
    assertThat(spread.outcomes().stream().map(SpreadBackup.Outcome::isThere))
        .containsExactly(false, true);
  }

  private SpreadBackup.Spread<FilesEstimate> rehearse(Path... repositories) {
    return SpreadBackup.rehearse(
        places(repositories),
        (repository, settings) ->
            new FilesBackup(TestEngine.context(), repository).estimate(settings, request()));
  }

  private SpreadBackup.Spread<FilesBackupReport> run(Path... repositories) {
    return SpreadBackup.run(
        places(repositories),
        (repository, settings) -> {
          readings++;
          return new FilesBackup(TestEngine.context(), repository).run(settings, request());
        },
        FilesBackupReport::name);
  }

  private FilesBackupRequest request() {
    return new FilesBackupRequest(
        List.of(scratch.resolve("home")),
        List.of(),
        FilesBackupRequest.Caches.INCLUDED,
        FilesBackupRequest.Mounts.CROSSED);
  }

  private static List<SpreadBackup.Place> places(Path... repositories) {
    List<SpreadBackup.Place> places = new ArrayList<>();
    for (Path repository : repositories) {
      places.add(new SpreadBackup.Place(TestEngine.settings(repository), TestEngine.context()));
    }
    return places;
  }

  private Path made(String name) {
    Path directory = scratch.resolve(name);
    Settings settings = TestEngine.settings(directory);
    new RepositoryAccess(TestEngine.context()).init(settings).repository().close();
    return directory;
  }

  private void requireThere(String name, String backup) {
    Settings settings = TestEngine.settings(scratch.resolve(name));
    try (OpenRepository repository = new RepositoryAccess(TestEngine.context()).open(settings)) {
      assertThat(new Backups(repository).list(Optional.empty()).maps()).hasSize(1);
      assertThat(new Verify(TestEngine.context(), repository).one(backup, "main").findings())
          .isEmpty();
    }
  }
}
