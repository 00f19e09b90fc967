package io.holdfast.engine.copy;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.FrameTransfer;
import io.holdfast.repository.FrameTransfer.Wanted;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.tree.TreeCopy;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Brings the trees of one backup into a session. *Confined*; works with a few threads.
final class TreesCopy {
  /// Chunks that are sorted by their places at once.
  private static final int BATCH_CHUNKS = 16_384;

  private static final int WORKERS = 4;

  private final Exchange exchange;
  private final Repository target;
  private final Cancellation cancellation;
  private final Progress progress;

  TreesCopy(Exchange exchange, Repository target, Cancellation cancellation, Progress progress) {
    this.exchange = exchange;
    this.target = target;
    this.cancellation = cancellation;
    this.progress = progress;
  }

  /// The roots in the target.
  ///
  /// @param near a backup with similar content that is in both
  SortedMap<String, ChunkId> copy(
      SnapshotRecord backup, BackupSession session, Optional<Twins.Pair> near) throws IOException {
    SortedMap<String, ChunkId> roots = new TreeMap<>();
    for (Map.Entry<String, ChunkId> root : backup.roots().entrySet()) {
      TreeReader tree = TreeReader.open(exchange.reader(backup), root.getValue());
      switch (exchange.way(backup.domain())) {
        case FRAMES -> {
          moveFrames(tree, session);
          roots.put(root.getKey(), root.getValue());
        }
        case CONTENT -> roots.put(root.getKey(), copyContent(root.getKey(), tree, session, near));
      }
    }
    return roots;
  }

  private void moveFrames(TreeReader tree, BackupSession session) throws IOException {
    FrameTransfer frames = exchange.frames(session);
    Batch batch = new Batch(frames);
    try {
      tree.forEachChunk(
          (type, id) -> {
            if (!session.chunks().contains(type, id)) {
              batch.add(new Wanted(type, id));
            }
          });
    } catch (BatchFailure e) {
      throw e.failure;
    }
    batch.flush();
  }

  /// Carries a failed read or write through a walk that knows none.
  private static final class BatchFailure extends IllegalStateException {
    private static final long serialVersionUID = 1L;
    private final IOException failure;

    BatchFailure(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /// Chunks that are wanted, until they are enough for a few large reads.
  private final class Batch {
    private final FrameTransfer frames;
    private final List<Wanted> wanted = new ArrayList<>();

    Batch(FrameTransfer frames) {
      this.frames = frames;
    }

    void add(Wanted chunk) {
      wanted.add(chunk);
      if (wanted.size() == BATCH_CHUNKS) {
        try {
          flush();
        } catch (IOException e) {
          throw new BatchFailure(e);
        }
      }
    }

    void flush() throws IOException {
      List<List<Wanted>> stretches = frames.stretches(wanted.stream().distinct().toList());
      AtomicInteger next = new AtomicInteger();
      try (Workers workers = Workers.platform("copy")) {
        for (int i = 0; i < Math.min(WORKERS, stretches.size()); i++) {
          workers.start(
              () -> {
                for (int at = next.getAndIncrement();
                    at < stretches.size();
                    at = next.getAndIncrement()) {
                  cancellation.throwIfRequested();
                  long before = frames.movedBytes();
                  frames.move(stretches.get(at));
                  progress.advance(frames.movedBytes() - before);
                }
              });
        }
        workers.join();
      }
      wanted.clear();
    }
  }

  private ChunkId copyContent(
      String name, TreeReader tree, BackupSession session, Optional<Twins.Pair> near)
      throws IOException {
    TreeCopy copy = new TreeCopy(session.chunks(), cancellation, progress);
    Optional<TreeCopy.Earlier> earlier = earlier(name, near);
    try {
      return copy.copy(tree, earlier).root();
    } catch (CorruptRepositoryException e) {
      if (earlier.isEmpty()) {
        throw e;
      }
      // What it was compared with may be what is damaged.
      return copy.copy(tree, Optional.empty()).root();
    }
  }

  private Optional<TreeCopy.Earlier> earlier(String name, Optional<Twins.Pair> near)
      throws IOException {
    if (near.isEmpty()
        || !near.get().original().roots().containsKey(name)
        || !near.get().copy().roots().containsKey(name)) {
      return Optional.empty();
    }
    ChunkReader reader = target.reader(near.get().copy());
    try {
      return Optional.of(
          new TreeCopy.Earlier(
              TreeReader.open(
                  exchange.reader(near.get().original()), near.get().original().root(name)),
              TreeReader.open(reader, near.get().copy().root(name))));
    } catch (CorruptRepositoryException _) {
      return Optional.empty();
    }
  }
}
