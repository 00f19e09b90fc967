package io.holdfast.repository.wal;

import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/// What the names of one lineage tell. An archive has very many of them, so nothing but the folder
/// that is asked for is listed, and none of what is in it is looked at. *Thread-safe.*
final class WalListing {
  /// How often a listing with holes is repeated.
  private static final int LISTINGS_MAX = 5;

  private final BlobStore store;
  private final WalNames names;

  WalListing(BlobStore store, WalNames names) {
    this.store = store;
    this.names = names;
  }

  /// The folders that may be lineages of a domain, in order.
  static List<String> lineages(BlobStore store, String domainTag) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    store.names(
        WalNames.ROOT,
        name -> {
          if (WalNames.isLineage(name) && name.startsWith(domainTag)) {
            found.add(name);
          }
        });
    return List.copyOf(found);
  }

  /// The ranges of a timeline that end after `from`, in order, without variants. A listing is no
  /// moment in time: while it goes on, small ranges may be merged, and it sees neither what they
  /// became nor, farther on, themselves. What they became was there before they went, so a listing
  /// with a hole is made again until it shows the same holes twice.
  List<WalRange> ranges(int timeline, long from) throws IOException {
    List<WalRange> found = listedOnce(timeline, from);
    List<Hole> holes = holes(found, from);
    for (int listing = 1; listing < LISTINGS_MAX && !holes.isEmpty(); listing++) {
      found = listedOnce(timeline, from);
      List<Hole> before = holes;
      holes = holes(found, from);
      if (holes.equals(before)) {
        return found;
      }
    }
    return found;
  }

  private record Hole(long begin, long end) {}

  /// What no range covers between `from` and the last one.
  ///
  /// @param from 0 if nothing is missed before the first range
  private static List<Hole> holes(List<WalRange> ranges, long from) {
    List<Hole> holes = new ArrayList<>();
    long end = from;
    for (WalRange range : ranges) {
      if (end != 0 && Long.compareUnsigned(end, range.start()) < 0) {
        holes.add(new Hole(end, range.start()));
      }
      end = Long.compareUnsigned(end, range.end()) < 0 ? range.end() : end;
    }
    return holes;
  }

  private List<WalRange> listedOnce(int timeline, long from) throws IOException {
    List<WalRange> found = new ArrayList<>();
    store.names(
        names.timelinePrefix(timeline),
        name ->
            WalNames.parseRange(timeline, name)
                .filter(variant -> !variant.name().startsWith(WalNames.CONFLICT))
                .map(WalVariant::range)
                .filter(range -> Long.compareUnsigned(from, range.end()) < 0)
                .ifPresent(found::add));
    found.sort(Comparator.naturalOrder());
    List<WalRange> distinct = new ArrayList<>(found.size());
    for (WalRange range : found) {
      if (distinct.isEmpty() || !distinct.getLast().equals(range)) {
        distinct.add(range);
      }
    }
    return Collections.unmodifiableList(distinct);
  }

  /// All objects of a timeline, variants among them, by their positions.
  List<StoredWal> objects(int timeline) throws IOException {
    String prefix = names.timelinePrefix(timeline);
    List<StoredWal> all = new ArrayList<>();
    store.list(
        prefix,
        blob ->
            WalNames.parseRange(timeline, blob.key().value(), prefix.length())
                .ifPresent(variant -> all.add(new StoredWal(variant, blob.bytes()))));
    all.sort(
        Comparator.comparing((StoredWal object) -> object.variant().range())
            .thenComparing(object -> object.variant().name()));
    return Collections.unmodifiableList(all);
  }

  /// The objects of a timeline that end at or before `floor`, by their positions, without those
  /// that reach as far as any.
  List<StoredWal> objectsBelow(int timeline, long floor) throws IOException {
    List<StoredWal> all = objects(timeline);
    long farthest = all.stream().map(StoredWal::end).max(Long::compareUnsigned).orElse(0L);
    return all.stream()
        .filter(object -> Long.compareUnsigned(object.end(), floor) <= 0)
        .filter(object -> object.end() != farthest)
        .toList();
  }

  /// What was kept beside other bytes of the same range, in order.
  List<WalVariant> conflicts(int timeline) throws IOException {
    List<WalVariant> found = new ArrayList<>();
    store.names(
        names.timelinePrefix(timeline),
        name ->
            WalNames.parseRange(timeline, name)
                .filter(variant -> variant.name().startsWith(WalNames.CONFLICT))
                .ifPresent(found::add));
    return found.stream()
        .distinct()
        .sorted(Comparator.comparing(WalVariant::range).thenComparing(WalVariant::name))
        .toList();
  }

  /// All timelines with a range, in order.
  List<Integer> timelines() throws IOException {
    List<Integer> timelines = new ArrayList<>();
    for (int timeline : timelineFolders()) {
      if (hasRange(timeline)) {
        timelines.add(timeline);
      }
    }
    return List.copyOf(timelines);
  }

  /// The timelines that have a folder, in order.
  List<Integer> timelineFolders() throws IOException {
    TreeSet<Integer> folders = new TreeSet<>(Integer::compareUnsigned);
    store.names(names.prefix(), name -> WalNames.parseTimeline(name).ifPresent(folders::add));
    folders.remove(0);
    return List.copyOf(folders);
  }

  /// A put that was cut off leaves a folder without one.
  private boolean hasRange(int timeline) throws IOException {
    AtomicBoolean found = new AtomicBoolean();
    store.names(
        names.timelinePrefix(timeline),
        name -> {
          if (!found.get() && WalNames.parseRange(timeline, name).isPresent()) {
            found.set(true);
          }
        });
    return found.get();
  }
}
