package io.holdfast.systemtests;

import io.holdfast.base.testing.Seeds;
import io.holdfast.systemtests.Ledger.Commit;
import java.math.BigInteger;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Recovery targets chosen from the account of a ledger, with the commits that must be there.
final class Targets {
  private final List<Commit> account;
  private final SplittableRandom random;
  private final int first;

  /// A target as the command line takes it.
  ///
  /// @param commits of the account that are included
  record Target(List<String> arguments, int commits) {
    @Override
    public String toString() {
      return String.join(" ", arguments) + " (after commit " + commits + ")";
    }
  }

  private Targets(List<Commit> account, SplittableRandom random, int first) {
    this.account = account;
    this.random = random;
    this.first = first;
  }

  /// Chooses `count` targets of all kinds in turn.
  ///
  /// @param first no target lies before this commit, because no backup had ended
  static List<Target> choose(List<Commit> account, long seed, int first, int count) {
    Targets targets = new Targets(account, Seeds.random(seed), first);
    List<Target> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(targets.ofKind(Math.floorMod(i + (int) seed, 7)));
    }
    return chosen;
  }

  /// Commits are counted from one here: the state after commit `n` has the first `n`.
  private Target ofKind(int kind) {
    int n = first + 1 + random.nextInt(account.size() - first - 1);
    Commit commit = account.get(n - 1);
    Commit next = account.get(n);
    return switch (kind) {
      case 0 -> new Target(List.of("--target-time", commit.time().toString()), n);
      case 1 ->
          new Target(
              List.of("--target-time", commit.time().toString(), "--target-exclusive"), n - 1);
      case 2 -> new Target(List.of("--target-time", between(commit.time(), next.time())), n);
      case 3 -> new Target(List.of("--target-lsn", commit.position()), n);
      case 4 -> new Target(List.of("--target-xid", commit.xid()), n);
      case 5 -> new Target(List.of("--target-xid", commit.xid(), "--target-exclusive"), n - 1);
      default -> restorePoint(n);
    };
  }

  /// The first restore point from commit `n` on; the last one if there is none.
  private Target restorePoint(int n) {
    List<Integer> named = new ArrayList<>();
    for (int i = first + 1; i <= account.size(); i++) {
      if (account.get(i - 1).restorePoint().isPresent()) {
        named.add(i);
      }
    }
    int chosen = named.stream().filter(i -> i >= n).findFirst().orElse(named.getLast());
    return new Target(
        List.of("--target-name", account.get(chosen - 1).restorePoint().orElseThrow()), chosen);
  }

  private static String between(OffsetDateTime one, OffsetDateTime two) {
    long micros = Duration.between(one, two).toNanos() / 1000;
    return one.plus(Duration.ofNanos(micros / 2 * 1000)).toString();
  }

  /// A position of WAL as a number.
  static BigInteger position(String text) {
    int slash = text.indexOf('/');
    return new BigInteger(text.substring(0, slash), 16)
        .shiftLeft(32)
        .add(new BigInteger(text.substring(slash + 1), 16));
  }
}
