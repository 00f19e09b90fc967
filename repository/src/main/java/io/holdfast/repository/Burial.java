package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.ChunkIndex.PackSummary;
import io.holdfast.storage.BlobStore.BlobStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// G4 and G5 of the protocol: moves what is still needed out of the condemned packs, writes the
/// index anew without them, and publishes the state by which they are gone. A crash before that
/// leaves packs of a session without end and shards that nothing names; both are collected later.
final class Burial {
  private final Repository repository;
  private final Census census;
  private final PackUsage usage;
  private final Set<PackId> gone = new HashSet<>();
  private final List<Finding> stuck = new ArrayList<>();
  private long movedBytes;

  /// @param census taken after every session had ended that may rely on what is condemned
  Burial(Repository repository, Census census) {
    this.repository = repository;
    this.census = census;
    this.usage = census.usage();
  }

  /// Packs that stay condemned: something in them is needed and damaged.
  List<Finding> stuck() {
    return List.copyOf(stuck);
  }

  long movedBytes() {
    return movedBytes;
  }

  /// The published state, or empty if another maintainer has published one since the census.
  Optional<MaintenanceState> run() throws IOException {
    MaintenanceState state = census.state();
    Optional<MaintainerSession> copying =
        needsCopies()
            ? Optional.of(MaintainerSession.open(repository, census.state().closingBelow()))
            : Optional.empty();
    try {
      List<PackSection> moved = move(copying);
      Optional<SessionId> floor = floor();
      Set<SessionId> kept = floor.map(this::kept).orElse(Set.of());
      List<String> bases = index(moved, floor);
      Set<PackId> condemned = new HashSet<>(state.condemned());
      condemned.removeAll(gone);
      Set<PackId> buried = stillBuried(floor);
      buried.addAll(gone);
      MaintenanceState next =
          new MaintenanceState(
              state.number(),
              condemned,
              buried,
              bases,
              state.closingBelow(),
              floor,
              kept,
              state.walFloors());
      return repository.maintenance().publish(repository.puts(), state, next);
    } catch (CorruptRepositoryException e) {
      if (repository.maintenance().newest().require().number() != state.number()) {
        return Optional.empty();
      }
      throw refused(e);
    } finally {
      if (copying.isPresent()) {
        copying.get().close();
      }
    }
  }

  private static BackupException refused(CorruptRepositoryException e) {
    return new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "nothing was removed, because a part of the index cannot be read: " + e.text(),
        "Run 'holdfast verify --all' to see all damage.",
        e);
  }

  private boolean needsCopies() {
    for (int i = 0; i < census.index().packs().size(); i++) {
      if (census.isCondemned(i) && usage.neededBytes(i) > 0) {
        return true;
      }
    }
    return false;
  }

  private List<PackSection> move(Optional<MaintainerSession> copying) throws IOException {
    gone.addAll(census.state().condemned());
    if (copying.isEmpty()) {
      return List.of();
    }
    FrameMover mover = new FrameMover(repository, copying.get().id());
    List<PackSummary> moving = new ArrayList<>();
    for (int i = 0; i < census.index().packs().size(); i++) {
      if (census.isCondemned(i) && usage.neededBytes(i) > 0) {
        moving.add(census.index().packs().get(i));
      }
    }
    // The order within a domain stays.
    moving.sort(Comparator.comparing(pack -> pack.domain().hex()));
    for (PackSummary pack : moving) {
      try {
        mover.move(pack.id(), census, usage);
      } catch (CorruptRepositoryException e) {
        stuck.add(Finding.of(e, pack.id().toString()));
        gone.remove(pack.id());
      } catch (ShreddedDomainException _) {
        // Since the census: the next run finds that nothing in it is needed.
        gone.remove(pack.id());
      }
    }
    List<PackSection> sections = mover.finish();
    movedBytes = mover.movedBytes();
    return sections;
  }

  /// The announced floor, if its sessions can be remembered.
  private Optional<SessionId> floor() {
    Optional<SessionId> announced = census.state().closingBelow();
    return announced.isPresent() && kept(announced.get()).size() > MaintenanceState.SESSIONS_MAX
        ? census.state().sealedBelow()
        : announced;
  }

  private Set<SessionId> kept(SessionId floor) {
    return census.snapshots().stream()
        .map(snapshot -> snapshot.id().session())
        .filter(session -> session.compareTo(floor) < 0)
        .collect(Collectors.toSet());
  }

  /// A buried pack is forgotten once it is deleted and its session sealed or absorbed: no writer
  /// uses what names it then, however late that arrives.
  private Set<PackId> stillBuried(Optional<SessionId> floor) {
    return census.state().buried().stream()
        .filter(
            pack ->
                census.stored().containsKey(pack)
                    || floor.filter(f -> pack.session().compareTo(f) < 0).isEmpty())
        .collect(Collectors.toCollection(HashSet::new));
  }

  /// Base shards that stay as they are, and new ones for the rest of those that name a pack which
  /// is gone, for the deltas below the floor, and for what was moved.
  private List<String> index(List<PackSection> moved, Optional<SessionId> floor)
      throws IOException {
    List<String> bases = new ArrayList<>();
    Set<PackId> done = new HashSet<>();
    ShardWriter shards = new ShardWriter(repository, census.state().number() + 1);
    repository
        .loader()
        .forEachObject(
            census.state(),
            (object, sections) -> {
              boolean base = object.key().value().startsWith(ObjectNames.BASES);
              boolean whole = sections.stream().noneMatch(section -> isDropped(section.pack));
              if (base && whole) {
                bases.add(object.key().value().substring(ObjectNames.BASES.length()));
                sections.forEach(section -> done.add(section.pack));
              } else if (base || isAbsorbed(object, floor)) {
                addLeft(sections, done, shards);
              }
            });
    for (PackSection section : moved) {
      shards.add(section);
    }
    bases.addAll(shards.finish());
    return bases;
  }

  private void addLeft(List<PackSection> sections, Set<PackId> done, ShardWriter shards)
      throws IOException {
    for (PackSection section : sections) {
      if (!isDropped(section.pack) && done.add(section.pack)) {
        shards.add(section);
      }
    }
  }

  private boolean isDropped(PackId pack) {
    return gone.contains(pack) || census.state().buried().contains(pack);
  }

  private static boolean isAbsorbed(BlobStat object, Optional<SessionId> floor) {
    return floor.isPresent()
        && ObjectNames.parseDelta(object.key())
            .filter(delta -> delta.session().compareTo(floor.get()) < 0)
            .isPresent();
  }
}
