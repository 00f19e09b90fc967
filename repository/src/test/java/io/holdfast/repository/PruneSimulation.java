package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// One schedule of [PruneSimulationTest]. Chunks come in twins, each of which may be stored as the
/// difference to the other.
final class PruneSimulation {
  private static final int UNIVERSE = 10;
  private static final int CHUNK_BYTES = 4_200;
  private static final String TENANT = "tenant";
  private static final int[] BURSTS = {1, 4, 16, 64};
  private static final int ACTORS_MAX = 100;
  private static final int PAUSE_SECONDS = 1_800;

  /// Of the seconds by which clocks differ, where they differ much.
  private static final int SKEW = 720;

  /// What a snapshot of the simulation consists of: chunks out of a few, so that backups share
  /// them.
  private static final SnapshotReferences REFERENCES =
      (chunks, snapshot, each) -> {
        ChunkId root = snapshot.record().root("tree");
        each.accept(ChunkType.ROOT, root);
        for (ChunkId id : listed(chunks, root)) {
          each.accept(ChunkType.STREAM, id);
        }
      };

  /// Who plays along.
  enum Cast {
    /// Writers and maintainers, in one domain.
    PRUNERS,
    /// The same in two domains, and somebody who shreds the second one.
    SHREDDER,
    /// Writers and maintainers whose clocks differ by up to an hour and run: seconds pass with each
    /// request, sometimes half an hour, so that sessions say that they live, fall silent and wake.
    SKEWED,
    /// Writers, maintainers, and somebody who may put what he likes and has no key of maintenance.
    FORGER
  }

  private PruneSimulation() {}

  private static final class World {
    private final Cast cast;
    private final long seed;
    private final SplittableRandom random;
    private final MemoryBlobStore store = new MemoryBlobStore();
    private final Set<SnapshotId> acknowledged = Collections.synchronizedSet(new HashSet<>());
    private final Set<SnapshotId> forgetting = Collections.synchronizedSet(new HashSet<>());
    private final Set<SnapshotId> ofTenant = Collections.synchronizedSet(new HashSet<>());
    private final SplittableRandom time;
    private final AtomicLong elapsedSeconds = new AtomicLong();
    private volatile boolean shredding;
    private long nextEntropy;

    World(long seed, Cast cast) {
      this.cast = cast;
      this.seed = seed;
      this.random = Seeds.random(seed);
      this.time = Seeds.random(~seed);
      this.nextEntropy = seed * 1000 + ACTORS_MAX;
    }

    /// What the actor of that number sees, all of whose randomness is its own: all begin at once.
    Repository open(BlobStore on, Duration clockAhead, int actor) throws IOException {
      return Repository.open(on, Repositories.key(), options(clockAhead, seed * 1000 + actor));
    }

    /// For use while no actor moves.
    Repository open(BlobStore on, Duration clockAhead) throws IOException {
      return Repository.open(on, Repositories.key(), options(clockAhead, nextEntropy++));
    }

    private RepositoryOptions options(Duration clockAhead, long entropy) {
      InstantSource clock =
          cast == Cast.SKEWED
              ? () ->
                  Repositories.NOW
                      .plus(clockAhead.multipliedBy(SKEW))
                      .plusSeconds(elapsedSeconds.get())
              : new SettableClock(Repositories.NOW.plus(clockAhead));
      return new RepositoryOptions(clock, Seeds.entropy(entropy), _ -> {}, 64 << 10, 1);
    }

    /// Time passes before each request.
    void tick() {
      elapsedSeconds.addAndGet(time.nextInt(30) == 0 ? PAUSE_SECONDS : time.nextInt(3));
    }

    void begin() throws IOException {
      try (Repository repository = Repositories.init(store, seed)) {
        for (int i = 0; i < 2; i++) {
          acknowledge(repository, i == 0 ? TENANT : Repository.MAIN_DOMAIN, "before" + i);
        }
      }
    }

    private void acknowledge(Repository repository, String domain, String name) throws IOException {
      acknowledge(repository, domain, name, random.split());
    }

    void acknowledge(Repository repository, String domain, String name, SplittableRandom own)
        throws IOException {
      String in = cast == Cast.SHREDDER ? domain : Repository.MAIN_DOMAIN;
      SnapshotId id = backUp(repository, in, name, own);
      if (in.equals(TENANT)) {
        ofTenant.add(id);
      }
      acknowledged.add(id);
    }

    void check() throws IOException {
      try (Repository repository = open(store, Duration.ZERO)) {
        ChunkReader chunks = repository.reader();
        List<StoredSnapshot> snapshots = repository.snapshots();
        List<SnapshotId> listed = snapshots.stream().map(StoredSnapshot::id).toList();
        Set<SnapshotId> promised = new HashSet<>(acknowledged);
        promised.removeAll(forgetting);
        if (shredding) {
          promised.removeAll(ofTenant);
        }
        assertThat(listed).as("seed " + seed).containsAll(promised);
        for (StoredSnapshot snapshot : snapshots) {
          requireWhole(chunks, snapshot);
        }
      }
    }
  }

  /// What the first schedule that breaks a promise shows; for [PruneMutationTest].
  static Optional<String> search(String cast, long first, int schedules) throws Exception {
    for (int i = 0; i < schedules; i++) {
      try {
        simulate(first + i, Cast.valueOf(cast));
      } catch (AssertionError e) {
        return Optional.of(String.valueOf(e.getMessage()) + ": " + e.getCause());
      }
    }
    return Optional.empty();
  }

  /// @throws AssertionError with the seed, if a promise does not hold
  static void simulate(long seed, Cast cast) throws Exception {
    World world = new World(seed, cast);
    world.begin();
    SplittableRandom random = world.random;
    Stage.Faults faults =
        switch (random.nextInt(4)) {
          case 0 -> new Stage.Faults(0, 0, 0);
          case 1 -> new Stage.Faults(40, 0, 0);
          case 2 -> new Stage.Faults(60, 20, 10);
          default -> new Stage.Faults(0, 10, 5);
        };
    int burst = BURSTS[random.nextInt(BURSTS.length)];
    Stage stage = new Stage(world.store, random.split(), faults, burst, world::tick);
    int actors = 0;
    int writers = 1 + random.nextInt(3);
    for (int i = 0; i < writers; i++) {
      SplittableRandom own = random.split();
      int number = i;
      int actor = actors++;
      stage.enter("writer " + i, store -> write(world, store, actor, number, own));
    }
    int maintainers = 1 + random.nextInt(2);
    for (int i = 0; i < maintainers; i++) {
      SplittableRandom own = random.split();
      int actor = actors++;
      stage.enter("maintainer " + i, store -> maintain(world, store, actor, own));
    }
    int last = actors;
    switch (cast) {
      case PRUNERS, SKEWED -> {}
      case SHREDDER -> stage.enter("shredder", store -> tryToShred(world, store, last));
      case FORGER -> {
        SplittableRandom own = random.split();
        stage.enter("forger", store -> forge(world, store, last, own));
      }
    }
    try {
      stage.run(world::check);
      world.check();
      if (world.shredding) {
        shredToTheEnd(world);
      }
      pruneToTheEnd(world);
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError("seed " + seed + ", after " + stage.steps() + " requests", e);
    }
  }

  private static void write(
      World world, BlobStore store, int actor, int number, SplittableRandom random)
      throws IOException {
    Duration ahead = Duration.ofSeconds(random.nextInt(-5, 6));
    try (Repository repository = world.open(store, ahead, actor)) {
      for (int i = 0; i < 2; i++) {
        try {
          String domain = (number + i) % 2 == 0 ? TENANT : Repository.MAIN_DOMAIN;
          world.acknowledge(repository, domain, number + "-" + i, random.split());
        } catch (BackupException e) {
          // Maintenance may end a session, and nobody may know about a commit; both are said.
          if (!(world.shredding && e.code() == ErrorCode.DOMAIN_SHREDDED)) {
            assertThat(e.code()).isIn(ErrorCode.SESSION_KILLED, ErrorCode.WRITE_OUTCOME_UNKNOWN);
          }
        }
      }
    }
  }

  /// Keys that a rotation had sent may arrive once more whenever they are deleted. Then it says
  /// that they are there, and is run again.
  private static void tryToShred(World world, BlobStore store, int actor) throws IOException {
    try (Repository repository = world.open(store, Duration.ZERO, actor)) {
      shred(world, repository);
    } catch (BackupException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.SHRED_INCOMPLETE);
    }
  }

  private static void shred(World world, Repository repository) throws IOException {
    world.shredding = true;
    var _ = repository.shredding(TENANT).run(Shredding.KeptKeys.REFUSED);
  }

  private static void forge(World world, BlobStore store, int actor, SplittableRandom random)
      throws IOException {
    try (Repository repository = world.open(store, Duration.ZERO, actor)) {
      new Forger(repository, store, random).forge();
    }
  }

  /// Whoever was cut off is followed by somebody who is not, and who also finds keys that arrived
  /// again meanwhile.
  private static void shredToTheEnd(World world) throws IOException {
    try (Repository repository = world.open(world.store, Duration.ZERO)) {
      shred(world, repository);
      assertThat(repository.snapshots())
          .noneMatch(snapshot -> snapshot.record().domain().equals(TENANT));
      assertThat(repository.findDomain(TENANT)).isEmpty();
      assertThat(repository.keyring().dataKeys()).hasSize(1);
    }
  }

  private static SnapshotId backUp(
      Repository repository, String domain, String name, SplittableRandom random)
      throws IOException {
    try (BackupSession session = repository.beginSession(domain)) {
      ChunkWriter chunks = session.chunks();
      List<ChunkId> ids = new ArrayList<>();
      for (int chunk = 0; chunk < UNIVERSE; chunk++) {
        if (random.nextInt(3) == 0) {
          byte[] bytes = content(chunk);
          ChunkId id = chunks.ids().of(ChunkType.STREAM, bytes, 0, bytes.length);
          byte[] twin = content(chunk ^ 1);
          ChunkId like = chunks.ids().of(ChunkType.STREAM, twin, 0, twin.length);
          chunks.putSimilar(ChunkType.STREAM, id, bytes, 0, bytes.length, List.of(like));
          ids.add(id);
        }
      }
      ByteBuffer root = ByteBuffer.allocate(8 + ids.size() * ChunkId.BYTES);
      root.putLong(random.nextLong());
      ids.forEach(id -> root.put(id.toBytes()));
      ChunkId rootId = chunks.ids().of(ChunkType.ROOT, root.array(), 0, root.capacity());
      chunks.put(ChunkType.ROOT, rootId, root.array(), 0, root.capacity());
      return session.commit(Repositories.record(name, rootId)).id();
    }
  }

  private static void maintain(World world, BlobStore store, int actor, SplittableRandom random)
      throws IOException {
    Duration ahead = Duration.ofSeconds(random.nextInt(-5, 6));
    try (Repository repository = world.open(store, ahead, actor)) {
      for (int i = 0; i < 2; i++) {
        if (random.nextBoolean()) {
          forgetOne(world, repository, random);
        }
        if (world.cast == Cast.SHREDDER && random.nextInt(3) == 0) {
          rotate(world, repository);
        }
        PrunePolicy policy =
            new PrunePolicy(
                random.nextInt(3) / 4.0,
                random.nextInt(1, 5) / 4.0,
                // Mostly not zero: that ends all sessions first, and none is waited for.
                random.nextInt(4) == 0 ? Duration.ZERO : Duration.ofHours(1),
                Duration.ZERO,
                Duration.ofSeconds(random.nextInt(4)));
        try {
          var _ = repository.pruning(REFERENCES).run(policy);
        } catch (BackupException e) {
          // Nothing is damaged here, so nothing may be called damaged.
          assertThat(e.code())
              .as("%s", e)
              .isIn(ErrorCode.REPOSITORY_BUSY, ErrorCode.SESSION_KILLED);
        }
      }
    }
  }

  private static void rotate(World world, Repository repository) throws IOException {
    try {
      var _ = repository.keyring().rotate(Optional.of(TENANT));
    } catch (BackupException e) {
      assertThat(world.shredding && e.code() == ErrorCode.DOMAIN_SHREDDED).as("%s", e).isTrue();
    }
  }

  private static void forgetOne(World world, Repository repository, SplittableRandom random)
      throws IOException {
    List<StoredSnapshot> snapshots = repository.snapshots();
    if (!snapshots.isEmpty()) {
      SnapshotId id = snapshots.get(random.nextInt(snapshots.size())).id();
      world.forgetting.add(id);
      try {
        repository.forget(List.of(id));
      } catch (CorruptRepositoryException e) {
        // Said, and up to who made that name his: it is a nuisance, not a loss.
        assertThat(world.cast == Cast.FORGER && e.text().contains("maintenance did not write"))
            .as("%s", e)
            .isTrue();
      }
    }
  }

  /// Whatever happened: maintenance that runs alone comes to its end, and leaves nothing that
  /// nobody needs.
  private static void pruneToTheEnd(World world) throws IOException {
    PrunePolicy all = new PrunePolicy(0, 1, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    try (Repository repository = world.open(world.store, Duration.ofMinutes(1))) {
      PrunePlan promised = repository.pruning(REFERENCES).plan(all);
      PruneReport report = repository.pruning(REFERENCES).run(all);
      assertThat(report.buried()).isTrue();
      assertThat(report.stuck()).isEmpty();
      assertThat(report.plan().removed())
          .as("what was promised")
          .containsExactlyInAnyOrderElementsOf(promised.removed());
      // Once in thousands, what the first run moved makes another copy superfluous.
      assertThat(repository.pruning(REFERENCES).run(all).buried()).isTrue();
      if (world.shredding) {
        assertThat(repository.shredding(TENANT).plan().packs()).isZero();
      }
      PrunePlan left = repository.pruning(REFERENCES).plan(all);
      assertThat(left.removed()).as("what could still be pruned").isEmpty();
      assertThat(repository.verification().check())
          .as("findings")
          .noneMatch(
              finding ->
                  finding.kind().isDamage()
                      && !(world.cast == Cast.FORGER
                          && finding.problem().contains("was not written by maintenance")));
    }
    world.check();
  }

  private static void requireWhole(ChunkReader chunks, StoredSnapshot snapshot) throws IOException {
    for (ChunkId id : listed(chunks, snapshot.record().root("tree"))) {
      assertThat(chunks.read(ChunkType.STREAM, id, CHUNK_BYTES)).hasSize(CHUNK_BYTES);
    }
  }

  private static List<ChunkId> listed(ChunkReader chunks, ChunkId rootId) throws IOException {
    byte[] root = chunks.read(ChunkType.ROOT, rootId, 8 + UNIVERSE * ChunkId.BYTES);
    List<ChunkId> ids = new ArrayList<>();
    for (int at = 8; at < root.length; at += ChunkId.BYTES) {
      ids.add(ChunkId.copyOf(root, at));
    }
    return ids;
  }

  private static byte[] content(int chunk) {
    byte[] bytes = new byte[CHUNK_BYTES];
    Seeds.random(chunk / 2).nextBytes(bytes);
    bytes[CHUNK_BYTES / 2] = (byte) (chunk % 2);
    return bytes;
  }
}
