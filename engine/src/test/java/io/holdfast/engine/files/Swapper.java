package io.holdfast.engine.files;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Puts links that lead outside in the place of entries of a directory, and puts the entries back,
/// in no order and as fast as it can. A link has the path outside that the entry has inside.
final class Swapper {
  /// Of so many steps one puts a link where there is none.
  private static final int CALM = 3;

  private final Path inside;
  private final Path outside;
  private final Path aside;
  private final SplittableRandom random = Seeds.random(7);
  private final Map<Path, Path> away = new HashMap<>();
  private final AtomicLong swaps = new AtomicLong();
  private volatile boolean stopped;
  private int number;

  /// @param aside where entries are meanwhile
  Swapper(Path inside, Path outside, Path aside) {
    this.inside = inside;
    this.outside = outside;
    this.aside = aside;
  }

  /// How many links have been put.
  long swaps() {
    return swaps.get();
  }

  void stop() {
    stopped = true;
  }

  /// Works until it is stopped; no link of its own is left then.
  void run() throws IOException {
    List<Path> places = places();
    while (!stopped && !Thread.currentThread().isInterrupted()) {
      Path place = places.get(random.nextInt(places.size()));
      if (liesBehindALink(place)) {
        continue;
      }
      if (away.containsKey(place)) {
        putBack(place);
      } else if (random.nextInt(CALM) == 0) {
        putLink(place);
      }
    }
    away.keySet().stream()
        .sorted(Comparator.comparingInt(Path::getNameCount))
        .toList()
        .forEach(this::putBack);
  }

  /// What is there is outside then, which this class is the last to touch.
  private boolean liesBehindALink(Path place) {
    return away.keySet().stream()
        .anyMatch(above -> place.startsWith(above) && !place.equals(above));
  }

  /// Directories, directories in these, and a file and a pipe there.
  private List<Path> places() throws IOException {
    List<Path> places = new ArrayList<>();
    try (var entries = Files.list(outside)) {
      for (Path entry : entries.toList()) {
        Path directory = inside.resolve(entry.getFileName());
        places.add(directory);
        places.add(directory.resolve("deep"));
        places.add(directory.resolve("deep/f0"));
        places.add(directory.resolve("deep/pipe"));
      }
    }
    return places;
  }

  private void putLink(Path place) {
    Path kept = aside.resolve("entry-" + number++);
    try {
      Files.move(place, kept);
      away.put(place, kept);
      Files.createSymbolicLink(place, outside.resolve(inside.relativize(place)));
      swaps.incrementAndGet();
    } catch (IOException _) {
      // It is not there yet, or the restore put another one there meanwhile, which is as good.
    }
  }

  private void putBack(Path place) {
    Path kept = away.remove(place);
    try {
      if (kept != null && Files.isSymbolicLink(place)) {
        Files.delete(place);
        Files.move(kept, place);
      }
    } catch (IOException _) {
      // The restore removed the link, and made the entry anew.
    }
  }
}
