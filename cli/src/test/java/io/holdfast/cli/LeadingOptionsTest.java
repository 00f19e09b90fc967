package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The options of every command, before its name and behind it.
class LeadingOptionsTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void optionsBeforeTheCommandCountAsIfTheyStoodBehindIt() {
    String key = "--key-file=" + directory.resolve("key");
    assertThat(run("--repo", "r", "--quiet", "init", key).status).isZero();
    Map<String, String> found = Map.of("BACKUP_KEY_FILE", directory.resolve("key").toString());
    for (String[] args :
        new String[][] {
          {"list", "--repo", "r", "--json", "-q", "--source", "x"},
          {"--repo", "r", "--json", "-q", "--source", "x", "list"},
          {"--repo=r", "--json", "list", "-q", "--source=x"},
        }) {
      Result result = run(found, args);
      assertThat(result.status).as(result.err).isZero();
      assertThat(result.out.strip()).isEqualTo("[]");
    }
    for (String[] args :
        new String[][] {
          {"--repo", "r", "wal", "status"},
          {"wal", "--repo", "r", "status"},
          {"wal", "status", "--repo", "r"}
        }) {
      assertThat(run(found, args).err).doesNotContain("Unknown");
      assertThat(run(found, args).status).isZero();
    }
  }

  @Test
  void anOptionGivenTwiceIsRefusedWhereverTheTwoStand() {
    Result result = run("--repo", "r", "list", "--repo", "s");
    assertThat(result.status).isEqualTo(2);
    assertThat(result.err).contains("HF-1001").contains("--repo").contains("only once");
  }

  @Test
  void whatIsNoOptionOfEveryCommandStaysUnknownThere() {
    Result result = run("--to", "x", "restore", "latest");
    assertThat(result.status).isEqualTo(2);
    assertThat(result.err).contains("--to");
    assertThat(run("--json").status).isEqualTo(2);
    assertThat(run("--repo").status).isEqualTo(2);
    assertThat(run("--json", "--version").status).isZero();
  }

  @Test
  void aWordThatIsNoCommandIsNamedWhateverComesBehindIt() {
    for (String[] args :
        new String[][] {
          {"bakup", "--repo", "x", "show"},
          {"--repo", "x", "bakup", "show"},
          {"bakup", "wal", "status"},
          {"bakup"},
        }) {
      Result result = run(args);
      assertThat(result.status).isEqualTo(2);
      assertThat(result.err).contains("HF-1001").contains("'bakup'").doesNotContain("show");
    }
    assertThat(run("wal", "strem", "--repo", "x", "status").err).contains("'strem'");
  }

  @Test
  void fetchKeepsItsOwnStatusWithOptionsBeforeIt() {
    assertThat(run("--repo", "none", "wal", "fetch", "x", "y").status).isGreaterThanOrEqualTo(126);
    assertThat(run("wal", "--repo", "none", "fetch", "x").status).isGreaterThanOrEqualTo(126);
  }

  private record Result(int status, String out, String err) {}

  private Result run(String... args) {
    return run(Map.of(), args);
  }

  private Result run(Map<String, String> environment, String... args) {
    TestContext context = new TestContext(environment, directory);
    int status = context.run(args);
    return new Result(status, context.stdout(), context.stderr());
  }
}
