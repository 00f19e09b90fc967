package io.holdfast.engine.backup;

import io.holdfast.base.Cancellation;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Between the one thread that reads the network and the workers that check, hash, compress and
/// seal: a fixed set of buffers going round. Memory is `buffers × extent`, whatever the size of the
/// cluster. The reader waits when all buffers are full, so the server is slowed down rather than
/// memory used.
///
/// *Confined*: [#take], [#submit] and [#finish] are called by the reading thread.
final class ExtentPipeline implements AutoCloseable {
  /// A buffer with a piece of a file.
  static final class Piece {
    final byte[] bytes;
    int length;
    String path = "";
    FileLayout layout = new FileLayout.Stream();
    long extentIndex;
    long firstBlock;
    @Nullable PageInspector inspector;

    Piece(int capacity) {
      bytes = new byte[capacity];
    }
  }

  private static final Piece END = new Piece(0);
  private static final long WAIT_MILLIS = 200;

  private final BlockingQueue<Piece> free;
  private final BlockingQueue<Piece> full;
  private final Workers workers;
  private final int workerCount;
  private final Cancellation cancellation;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  ExtentPipeline(
      TreeWriter tree, int workerCount, int buffers, int extentBytes, Cancellation cancellation) {
    this.workerCount = workerCount;
    this.cancellation = cancellation;
    this.free = new ArrayBlockingQueue<>(buffers);
    this.full = new ArrayBlockingQueue<>(buffers + workerCount);
    for (int i = 0; i < buffers; i++) {
      free.add(new Piece(extentBytes));
    }
    this.workers = Workers.platform("extent");
    for (int i = 0; i < workerCount; i++) {
      workers.start(() -> work(tree));
    }
  }

  /// An empty buffer; waits until a worker hands one back.
  Piece take() throws IOException {
    try {
      while (true) {
        throwIfFailed();
        cancellation.throwIfRequested();
        Piece piece = free.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        if (piece != null) {
          piece.length = 0;
          piece.inspector = null;
          return piece;
        }
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Hands a filled buffer to the workers.
  void submit(Piece piece) {
    full.add(piece);
  }

  /// Gives a buffer back unused.
  void giveBack(Piece piece) {
    free.add(piece);
  }

  /// Waits until everything submitted is stored.
  void finish() throws IOException {
    for (int i = 0; i < workerCount; i++) {
      full.add(END);
    }
    workers.join();
    throwIfFailed();
  }

  private void work(TreeWriter tree) throws IOException, InterruptedException {
    while (true) {
      Piece piece = full.take();
      if (piece.bytes.length == 0) {
        return;
      }
      if (failure.get() == null) {
        store(tree, piece);
      }
      free.add(piece);
    }
  }

  private void store(TreeWriter tree, Piece piece) {
    try {
      if (piece.inspector != null) {
        piece.inspector.inspect(piece.path, piece.firstBlock, piece.bytes, piece.length);
      }
      tree.putExtent(piece.path, piece.layout, piece.extentIndex, piece.bytes, piece.length);
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void throwIfFailed() throws IOException {
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IOException(e);
    }
  }

  private static InterruptedIOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    var result = new InterruptedIOException("interrupted while waiting for a buffer");
    result.initCause(e);
    return result;
  }

  @Override
  public void close() {
    workers.close();
  }
}
