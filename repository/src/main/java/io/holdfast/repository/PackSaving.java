package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Copies the chunks that are intact out of damaged packs into packs of a session of its own: only
/// what is really lost has to be stored again by a backup. *Confined.*
final class PackSaving implements AutoCloseable {
  private final Repository repository;
  private final RepairSurvey survey;
  private final Optional<SessionId> closingBelow;
  private Optional<MaintainerSession> session = Optional.empty();
  private long savedChunks;
  private long savedBytes;
  private long lostChunks;

  /// @param closingBelow the floor that is about to be announced
  PackSaving(Repository repository, RepairSurvey survey, Optional<SessionId> closingBelow) {
    this.repository = repository;
    this.survey = survey;
    this.closingBelow = closingBelow;
  }

  long savedChunks() {
    return savedChunks;
  }

  long savedBytes() {
    return savedBytes;
  }

  long lostChunks() {
    return lostChunks;
  }

  /// The tables of the packs that were written, which are durable.
  List<PackSection> run() throws IOException {
    Set<PackId> damaged = survey.withdrawnPacks();
    Map<PackId, PackSection> sections = sections(damaged);
    List<PackId> there =
        damaged.stream()
            .filter(pack -> survey.stored.containsKey(pack) && sections.containsKey(pack))
            .sorted(
                Comparator.comparing((PackId pack) -> domainOf(pack, sections))
                    .thenComparing(PackId::toString))
            .toList();
    for (PackId pack : damaged) {
      PackSection section = sections.get(pack);
      if (section != null && !survey.stored.containsKey(pack)) {
        section.forEach(entry -> lostChunks += isElsewhere(entry, damaged) ? 0 : 1);
      }
    }
    if (there.isEmpty()) {
      return List.of();
    }
    MaintainerSession owner = MaintainerSession.open(repository, closingBelow);
    session = Optional.of(owner);
    FrameMover mover = new FrameMover(repository, owner.id());
    for (PackId pack : there) {
      PackSection section = sections.get(pack);
      if (section != null) {
        save(section, mover, damaged);
      }
    }
    List<PackSection> written = mover.finish();
    savedBytes = mover.movedBytes();
    return written;
  }

  private static String domainOf(PackId pack, Map<PackId, PackSection> sections) {
    PackSection section = sections.get(pack);
    return section == null ? "" : section.domain.hex();
  }

  private void save(PackSection section, FrameMover mover, Set<PackId> damaged) throws IOException {
    byte[] content;
    try {
      content = repository.store().get(ObjectNames.pack(section.pack), PackFormat.PACK_BYTES_MAX);
    } catch (NoSuchBlobException e) {
      content = new byte[0];
    }
    FrameMover.Salvage salvage =
        mover.salvage(section, content, entry -> !isElsewhere(entry, damaged));
    savedChunks += salvage.copied();
    for (Entry entry : salvage.lost()) {
      lostChunks += isElsewhere(entry, damaged) ? 0 : 1;
    }
  }

  /// Whether another pack that writers may go on to use has what this entry is worth: a whole copy,
  /// which others may be the difference to, is replaced by a whole one only.
  private boolean isElsewhere(Entry entry, Set<PackId> damaged) {
    return sound(entry.type(), entry.id(), damaged)
        .anyMatch(
            place ->
                place.prefix().isEmpty()
                    || (entry.prefix().isPresent()
                        && sound(entry.type(), place.prefix().get(), damaged)
                            .anyMatch(other -> other.prefix().isEmpty())));
  }

  private Stream<Place> sound(ChunkType type, ChunkId id, Set<PackId> damaged) {
    return survey.index.places(type, id).stream()
        .filter(place -> !damaged.contains(place.pack().id()))
        .filter(place -> !survey.heldPacks().contains(place.pack().id()))
        .filter(place -> !survey.state().condemned().contains(place.pack().id()));
  }

  private Map<PackId, PackSection> sections(Set<PackId> damaged) throws IOException {
    Map<PackId, PackSection> sections = new HashMap<>();
    if (damaged.isEmpty()) {
      return sections;
    }
    List<PackSection> all = new ArrayList<>(survey.rebuilt);
    var _ =
        repository
            .loader()
            .forEachReadable(
                survey.state(),
                (_, of) ->
                    of.forEach(
                        section -> {
                          if (damaged.contains(section.pack)) {
                            sections.put(section.pack, section);
                          }
                        }));
    for (PackSection section : all) {
      if (damaged.contains(section.pack)) {
        sections.putIfAbsent(section.pack, section);
      }
    }
    return sections;
  }

  @Override
  public void close() throws IOException {
    if (session.isPresent()) {
      session.get().close();
    }
  }
}
