package io.holdfast.engine.maintenance;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.ErrorKind;
import io.holdfast.engine.EngineContext;
import io.holdfast.repository.Deletions;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.PutOutcome;
import io.holdfast.repository.wal.StoredWal;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Puts many small WAL objects together into few large ones: a cluster that writes little leaves
/// one every few seconds, and each costs a request to write, to list and to read. The large object
/// is there, and was read back, before a small one goes; so every position is stored at every
/// moment, and whoever holds an older listing finds the WAL in the large one ([WalArchive#read]).
///
/// A large object covers what lies in one 16 MiB window of positions without a hole. Windows in
/// which two versions exist are left to a person; damaged objects are left to `verify`.
final class WalMerge {
  /// Fewer are not worth reading them.
  static final int OBJECTS_MIN = 4;

  /// The newest objects of a timeline: a stream goes on there, and asks for them.
  static final int NEWEST_LEFT = 16;

  private final EngineContext context;
  private final Repository repository;

  WalMerge(EngineContext context, Repository repository) {
    this.context = context;
    this.repository = repository;
  }

  /// What becomes one object.
  ///
  /// @param isThere whether it is stored already, by a run that was cut off
  /// @param objects what it stands for, in order; all of them go
  record Part(WalArchive archive, WalRange merged, boolean isThere, List<StoredWal> objects) {
    Part {
      objects = List.copyOf(objects);
    }
  }

  /// @param parts what was merged
  /// @param left what was not, and why, in words
  record Report(List<Part> parts, Deletions deletions, List<String> left) {
    Report {
      parts = List.copyOf(parts);
      left = List.copyOf(left);
    }
  }

  /// What [#run] would merge now. Reads only.
  ///
  /// @param archives whose WAL
  /// @param going what a prune is about to delete, which is not worth merging
  List<Part> plan(List<WalArchive> archives, List<StoredWal> going) throws IOException {
    List<Part> parts = new ArrayList<>();
    for (WalArchive archive : archives) {
      for (int timeline : archive.timelines()) {
        context.cancellation().throwIfRequested();
        List<StoredWal> objects = new ArrayList<>(archive.objects(timeline));
        objects.removeAll(going);
        parts.addAll(plan(archive, objects));
      }
    }
    return parts;
  }

  /// Merges what [#plan] names.
  Report run(List<WalArchive> archives) throws IOException {
    Deletions deletions = new Deletions(repository.store());
    List<Part> merged = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (Part part : plan(archives, List.of())) {
      context.cancellation().throwIfRequested();
      try {
        merge(part);
        part.archive().delete(part.objects(), deletions);
        merged.add(part);
      } catch (BackupException e) {
        if (e.code().kind() != ErrorKind.CORRUPTION && e.code() != ErrorCode.WAL_CONFLICT) {
          throw e;
        }
        left.add(part.merged() + ": " + e.text());
      }
    }
    return new Report(merged, deletions, left);
  }

  private static List<Part> plan(WalArchive archive, List<StoredWal> objects) {
    Map<Long, List<StoredWal>> windows = new TreeMap<>(Long::compareUnsigned);
    int settled = Math.max(0, objects.size() - NEWEST_LEFT);
    for (StoredWal object : objects.subList(0, settled)) {
      long window = window(object.range().start());
      if (window == window(object.range().end() - 1)) {
        windows.computeIfAbsent(window, _ -> new ArrayList<>()).add(object);
      }
    }
    // Two versions, or a replacement: nobody knows yet which bytes are right.
    objects.stream()
        .filter(object -> !object.isPlain())
        .forEach(
            variant -> {
              windows.remove(window(variant.range().start()));
              windows.remove(window(variant.range().end() - 1));
            });
    List<Part> parts = new ArrayList<>();
    windows.values().forEach(window -> addRuns(archive, window, parts));
    return parts;
  }

  private static long window(long position) {
    return Long.divideUnsigned(position, WalRange.BYTES_MAX);
  }

  /// @param window objects in order of their starts
  private static void addRuns(WalArchive archive, List<StoredWal> window, List<Part> parts) {
    List<StoredWal> run = new ArrayList<>();
    long end = 0;
    for (StoredWal object : window) {
      if (!run.isEmpty() && Long.compareUnsigned(end, object.range().start()) < 0) {
        addRun(archive, run, end, parts);
        run.clear();
      }
      boolean farther = run.isEmpty() || Long.compareUnsigned(end, object.range().end()) < 0;
      end = farther ? object.range().end() : end;
      run.add(object);
    }
    if (!run.isEmpty()) {
      addRun(archive, run, end, parts);
    }
  }

  private static void addRun(WalArchive archive, List<StoredWal> run, long end, List<Part> parts) {
    WalRange first = run.getFirst().range();
    WalRange merged = new WalRange(first.timeline(), first.start(), end);
    List<StoredWal> small = run.stream().filter(object -> !object.range().equals(merged)).toList();
    boolean isThere = small.size() < run.size();
    if (!small.isEmpty() && (isThere || small.size() >= OBJECTS_MIN)) {
      parts.add(new Part(archive, merged, isThere, small));
    }
  }

  /// Leaves the merged object stored, durable and read back, and every other as it is.
  private static void merge(Part part) throws IOException {
    WalArchive archive = part.archive();
    WalRange merged = part.merged();
    byte[] wal = part.isThere() ? archive.read(merged) : new byte[merged.length()];
    int filled = part.isThere() ? wal.length : 0;
    for (StoredWal object : part.objects()) {
      int at = (int) (object.range().start() - merged.start());
      byte[] piece = archive.read(object.range());
      int shared = Math.clamp(filled - at, 0, piece.length);
      if (!Arrays.equals(wal, at, at + shared, piece, 0, shared)) {
        throw conflict(object.range(), "overlaps other stored WAL with different bytes");
      }
      System.arraycopy(piece, shared, wal, at + shared, piece.length - shared);
      filled = Math.max(filled, at + piece.length);
    }
    byte[] summary =
        part.isThere()
            ? archive.readSummary(merged)
            : new MergedSummary(archive, merged).of(wal, part.objects());
    // One that is there is put too: that it can be read does not prove that it is durable.
    PutOutcome outcome = archive.put(merged, wal, 0, wal.length, summary);
    if (outcome != PutOutcome.STORED && outcome != PutOutcome.ALREADY_THERE) {
      throw conflict(merged, "is there, and is damaged or something else");
    }
    if (!Arrays.equals(archive.read(merged), wal)) {
      throw conflict(merged, "was read back as something else");
    }
  }

  /// Which of two versions is right, a person decides.
  private static BackupException conflict(WalRange range, String what) {
    return new BackupException(
        ErrorCode.WAL_CONFLICT,
        "WAL " + range + " " + what,
        "Two servers may have written the same timeline; run 'holdfast wal status'.");
  }
}
