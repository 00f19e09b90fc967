package io.holdfast.systemtests;

import static io.holdfast.systemtests.Contents.contents;
import static io.holdfast.systemtests.Contents.run;
import static io.holdfast.systemtests.TenantWords.plan;
import static io.holdfast.systemtests.TenantWords.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.examples.legal.AssetFiles;
import io.holdfast.examples.legal.LegalApp;
import io.holdfast.examples.legal.LegalAppSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A restore of a tenant that is killed while it works has done all of its rows or none of them,
/// leaves no lock, and the next one does what was left.
class KilledTenantRestoreTest {
  private static final long SEED = 20261123;
  private static final LegalAppSize SIZE = LegalAppSize.small(3);
  private static final String[] MIRROR = {"--preset", "mirror"};

  private Path scratch = Path.of("/tmp");

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
    Files.writeString(scratch.resolve("account.scope.yaml"), LegalApp.scope("account"));
  }

  @AfterEach
  void removeScratch() throws IOException {
    Scratch.remove(scratch);
  }

  @ParameterizedTest(name = "seed {0}, {1} moments")
  @MethodSource("io.holdfast.systemtests.Moments#cases")
  void aKilledRestoreHasDoneAllOrNothing(long seed, int moments) throws Exception {
    SplittableRandom random = Seeds.random(seed);
    Path repository = scratch.resolve("repository");
    try (Cluster source = Cluster.create(scratch.resolve("source"));
        Connection connection = source.connect()) {
      LegalApp.createSchema(connection);
      LegalApp.load(connection, SEED, SIZE, new AssetFiles.Nowhere());
      UUID account = LegalApp.account(SEED, SIZE, 1);
      Program program = new Program(scratch).with("DATABASE_URL", source.url());
      program.expect(0, "init");
      program.expect(
          0, tenant("backup", scratch.resolve("account.scope.yaml").toString(), account));
      List<String> then = contents(connection);
      int killed = 0;
      // The first one dies with its first write.
      Victim.Strike strike = new Victim.Strike(1, Duration.ZERO);
      for (int moment = 0; moment < moments; moment++) {
        LegalApp.useOne(connection, SEED, moment + 1, account);
        List<String> now = contents(connection);
        String plan = plan(program.expect(0, tenant("preview", "account", account, MIRROR)));
        String[] restore =
            tenant("restore", "account", account, "--preset", "mirror", "--plan", plan);
        if (Victim.killAtWork(program, scratch, repository, strike, restore).isEmpty()) {
          killed++;
        }
        requireNoSession(connection);
        assertThat(contents(connection)).isIn(then, now);

        Command.Ended preview = program.expect(0, tenant("preview", "account", account, MIRROR));
        String next = plan(preview);
        Victim.Whole whole =
            Victim.runWhole(
                program,
                scratch,
                repository,
                tenant("restore", "account", account, "--preset", "mirror", "--plan", next));
        assertThat(whole.ended().status()).as(whole.ended().all()).isZero();
        assertThat(contents(connection)).isEqualTo(then);
        if (whole.changes() > 0) {
          // Restores of few rows end soon after their last write.
          strike = whole.strike(random).earlier();
        }
      }
      assertThat(killed).as("of " + moments + " restores, those killed").isPositive();
      program.expect(0, "verify", "--all");
    }
  }

  /// The server notices that nobody is there when it next sends or reads.
  private static void requireNoSession(Connection connection) throws Exception {
    Await.until(
        "the end of the killed session",
        () ->
            run(
                    connection,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast"
                        + " tenant'")
                .equals(List.of("0")),
        () -> "it is still there");
  }
}
