package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.systemtests.Ledger.Commit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Life after a recovery: the restored cluster takes the place of the source, goes on in the same
/// repository on a new timeline, and both histories stay reachable.
class TimelinesTest {
  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @Test
  void bothHistoriesStayReachableAfterARecoveryToThePast() throws Exception {
    Program program = new Program(scratch);
    List<Commit> first;
    int kept;
    try (Cluster source =
        Cluster.create(15, scratch.resolve("source"), Map.of("track_commit_timestamp", "on"))) {
      Program at = program.with("DATABASE_URL", source.url());
      at.expect(0, "init");
      Ledger ledger = new Ledger(source);
      ledger.create("", "", 500);
      try (RunningStream stream = RunningStream.start(at, scratch)) {
        at.expect(0, "backup");
        ledger.write(1, 3, 40, () -> {});
        stream.awaitStored(source);
      }
      first = ledger.account();
      kept = first.size() / 2;
    }
    restore(program, "second", "--target-xid", first.get(kept - 1).xid());

    List<Commit> second;
    try (Cluster successor = Cluster.restored(15, scratch.resolve("second"))) {
      successor.start();
      successor.awaitPromotion();
      Program at = program.with("DATABASE_URL", successor.url());
      Ledger ledger = new Ledger(successor);
      ledger.adopt(first.subList(0, kept));
      try (RunningStream stream = RunningStream.start(at, scratch)) {
        ledger.write(2, 3, 30, () -> {});
        stream.awaitStored(successor);
        second = ledger.account();
        int before = second.size();
        assertRecovers(
            program, "a", second, before - 3, "--target-lsn", second.get(before - 4).position());
        at.expect(0, "backup", "--type", "incremental");
        ledger.write(3, 3, 20, () -> {});
        stream.awaitStored(successor);
        second = ledger.account();
      }
    }
    assertRecovers(program, "b", second, second.size());
    assertRecovers(
        program,
        "c",
        second,
        second.size() - 1,
        "--target-time",
        second.getLast().time().toString(),
        "--target-exclusive");
    String oldest = oldestBackup(program);
    assertRecoversFrom(program, oldest, "d", first, first.size(), "--target-timeline", "1");
    program.expect(0, "verify", "--all");
  }

  private static String oldestBackup(Program program) throws IOException {
    String json = program.expect(0, "list", "--json").out();
    List<String> ids = new ArrayList<>();
    java.util.regex.Pattern.compile("\"id\": \"([^\"]+)\"")
        .matcher(json)
        .results()
        .forEach(match -> ids.add(match.group(1)));
    return ids.stream().sorted().findFirst().orElseThrow();
  }

  private void assertRecovers(
      Program program, String name, List<Commit> account, int commits, String... target)
      throws Exception {
    assertRecoversFrom(program, "latest", name, account, commits, target);
  }

  private void assertRecoversFrom(
      Program program,
      String backup,
      String name,
      List<Commit> account,
      int commits,
      String... target)
      throws Exception {
    restoreFrom(program, backup, name, target);
    try (Cluster restored = Cluster.restored(15, scratch.resolve(name))) {
      restored.start();
      restored.awaitPromotion();
      assertThat(Ledger.read(restored))
          .as(name + " from " + backup + " to " + String.join(" ", target))
          .isEqualTo(Ledger.stateAfter(account, commits));
    }
  }

  private void restore(Program program, String name, String... target) throws IOException {
    restoreFrom(program, "latest", name, target);
  }

  private void restoreFrom(Program program, String backup, String name, String... target)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("restore", backup, "--to", scratch + "/" + name, "--target-action", "promote"));
    arguments.addAll(List.of(target));
    program.expect(0, arguments.toArray(String[]::new));
  }
}
